// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON
import Simulation

/// Somebody who runs the cloud: looks at nodes, takes some out of service and puts them back, audits.
final class Operator: Sendable {
  private static let patience = Duration.seconds(90)
  /// Between one look at orphans and the next.
  private static let watch = Duration.seconds(30)

  private let door: APIDoor
  private let clock: SimulatedClock
  private let randomness: SeededRandomness
  private let nodes: [NodeID]
  private let ledger: Ledger
  private let recorder: Recorder
  private let pause: Duration

  init(
    seed: UInt64, door: APIDoor, clock: SimulatedClock, nodes: [NodeID], ledger: Ledger,
    recorder: Recorder, pause: Duration
  ) {
    self.door = door
    self.clock = clock
    randomness = SeededRandomness(seed: seed)
    self.nodes = nodes
    self.ledger = ledger
    self.recorder = recorder
    self.pause = pause
  }

  /// Does one thing after the other until `end`, and leaves every node in service.
  func run(until end: Uptime) async {
    var disabled: [NodeID] = []
    while clock.uptime < end {
      let wait = Int64(randomness.number(below: UInt64(2 * pause.microseconds) + 1))
      try? await clock.sleep(for: .microseconds(wait))
      guard clock.uptime < end else { break }
      switch randomness.number(below: 7) {
      case 0, 1:
        let node = nodes[Int(randomness.number(below: UInt64(nodes.count)))]
        guard disabled.count < nodes.count / 2, !disabled.contains(node) else { continue }
        disabled.append(node)
        await set(node, enabled: false)
      case 2, 3:
        guard let node = disabled.first else { continue }
        if await set(node, enabled: true) { disabled.removeFirst() }
      case 4: _ = await ask("GET", "/operator/v1/nodes")
      case 5:
        let orphans = await orphans()
        guard !orphans.isEmpty else { continue }
        await remove(orphans[Int(randomness.number(below: UInt64(orphans.count)))])
      default: _ = await ask("GET", "/operator/v1/audit")
      }
    }
    for node in disabled {
      while await !set(node, enabled: true) { try? await clock.sleep(for: pause) }
    }
  }

  /// From `begin` on has every orphan removed, for as long as the run lasts.
  func removeOrphans(from begin: Uptime) async {
    try? await clock.sleep(until: begin)
    while true {
      for orphan in await orphans() { await remove(orphan) }
      try? await clock.sleep(for: Self.watch)
    }
  }

  /// Those of which nobody has ordered the removal.
  private func orphans() async -> [OrphanPath] {
    guard case .answered(let response) = await ask("GET", "/operator/v1/orphans") else { return [] }
    return (response.json["orphans"]?.elements ?? []).compactMap { orphan in
      guard let node = orphan["node_id"]?.text, let instance = orphan["instance_id"]?.text,
        orphan["is_being_removed"] == .bool(false)
      else { return nil }
      return OrphanPath(node: node, instance: instance)
    }
  }

  private func remove(_ orphan: OrphanPath) async {
    ledger.give(up: orphan.instance)
    _ = await ask("DELETE", "/operator/v1/nodes/\(orphan.node)/orphans/\(orphan.instance)")
  }

  private struct OrphanPath {
    let node: String
    let instance: String
  }

  /// What an audit finds; nil when it could not be made.
  func audit() async -> [String]? {
    guard case .answered(let response) = await ask("GET", "/operator/v1/audit"),
      response.status == 200
    else { return nil }
    guard let findings = response.json["audit"]?["findings"]?.elements else { return nil }
    return findings.map { String(decoding: $0.encoded, as: UTF8.self) }
  }

  @discardableResult
  private func set(_ node: NodeID, enabled: Bool) async -> Bool {
    let body: JSONValue =
      enabled
      ? ["node": ["enabled": true]] : ["node": ["enabled": false, "disabled_reason": "upkeep"]]
    guard case .answered(let response) = await ask("PUT", "/operator/v1/nodes/\(node)", body) else {
      return false
    }
    return response.status < 500
  }

  private func ask(_ method: String, _ path: String, _ json: JSONValue? = nil) async -> APIAnswer {
    recorder.tell("operator", .request, "\(method) \(path)")
    let answer = await door.send(
      APIRequest(method, path, as: NamedCallers.operator, json), patience: Self.patience)
    switch answer {
    case .answered(let response):
      recorder.tell("operator", .answer, "\(response.status) \(method) \(path)")
    case .refused: recorder.tell("operator", .answer, "no connection")
    case .timedOut: recorder.tell("operator", .answer, "no answer")
    }
    return answer
  }
}
