// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON
import Simulation
import Synchronization

/// Somebody who makes servers, looks at them, renames and deletes them, and goes by what is answered: who
/// gets no answer looks whether it was done all the same.
final class Tenant: Sendable {
  /// What servers are made of.
  struct Things: Sendable {
    let flavor: String
    let images: ImageShelf
    let network: String
  }

  /// A server that the tenant believes to have.
  struct Owned {
    let key: String
    let id: String
  }

  /// So long a client waits for an answer.
  private static let patience = Duration.seconds(30)
  let name: String
  private let door: APIDoor
  let clock: SimulatedClock
  private let randomness: SeededRandomness
  let things: Things
  let ledger: Ledger
  private let recorder: Recorder
  /// Is called when a server is asked for.
  private let whenCreating: @Sendable () -> Void
  /// With so many servers nothing more is made.
  private let enough: Int
  private let workload: Workload
  /// The keys of all servers that were ever asked for.
  private let asked = Mutex<[String]>([])
  /// All that were ever made, as far as the tenant knows.
  let made = Mutex<[Owned]>([])

  init(
    _ name: String, seed: UInt64, door: APIDoor, clock: SimulatedClock, things: Things,
    ledger: Ledger, recorder: Recorder, enough: Int, workload: Workload,
    whenCreating: @escaping @Sendable () -> Void = {}
  ) {
    self.whenCreating = whenCreating
    self.enough = enough
    self.name = name
    self.door = door
    self.clock = clock
    randomness = SeededRandomness(seed: seed)
    self.things = things
    self.ledger = ledger
    self.recorder = recorder
    self.workload = workload
  }

  /// Asks for one thing after the other until `end`.
  func run(until end: Uptime) async {
    var owned: [Owned] = []
    var unanswered: [String] = []
    var made = 0
    while clock.uptime < end {
      let wait = Int64(randomness.number(below: UInt64(2 * workload.pause.microseconds) + 1))
      try? await clock.sleep(for: .microseconds(wait))
      guard clock.uptime < end else { return }
      if !unanswered.isEmpty, randomness.number(below: 2) == 0 {
        await list(&owned, &unanswered)
        continue
      }
      let draw = randomness.number(below: 10)
      switch draw {
      case 0...2 where owned.count + unanswered.count < enough:
        let image = things.images.pick(randomness)
        for _ in 0...randomness.number(below: UInt64(workload.burst))
        where owned.count + unanswered.count < enough {
          made += 1
          await create("\(name)-\(made)", of: image, &owned, &unanswered)
        }
        if randomness.number(below: 4) == 0, let last = owned.last, last.key == "\(name)-\(made)" {
          await changeMind(last, &owned)
        }
      case 3, 4:
        if let server = any(owned) { await delete(server, &owned) }
      case 5:
        if let server = any(owned) { await rename(server, "\(server.key)-r\(made)") }
        made += 1
      case 6: await list(&owned, &unanswered)
      default: if let server = any(owned) { await look(at: server, &owned) }
      }
    }
  }

  /// Deletes what was only just asked for, at once or when it is nearly there.
  private func changeMind(_ server: Owned, _ owned: inout [Owned]) async {
    let soon = randomness.number(below: 2) * randomness.number(below: 2_000_000)
    try? await clock.sleep(for: .microseconds(Int64(soon)))
    await delete(server, &owned)
  }

  private func any(_ owned: [Owned]) -> Owned? {
    owned.isEmpty ? nil : owned[Int(randomness.number(below: UInt64(owned.count)))]
  }

  func create(
    _ key: String, of image: String, _ owned: inout [Owned], _ unanswered: inout [String]
  ) async {
    whenCreating()
    asked.withLock { $0.append(key) }
    let operation = ledger.ask(name, .create(key), of: key)
    let body: JSONValue = [
      "server": [
        "name": .string(key), "imageRef": .string(image),
        "flavorRef": .string(things.flavor), "networks": [["uuid": .string(things.network)]],
        "metadata": ["key": .string(key)],
      ]
    ]
    let outcome = await ask("POST", "/compute/v2.1/servers", body)
    switch outcome {
    case .done(202, let json):
      guard let id = json["server"]?["id"]?.text else { break }
      ledger.answer(operation, .done)
      recorder.tell(name, .answer, "has \(key)", subject: id)
      made.withLock { $0.append(Owned(key: key, id: id)) }
      return owned.append(Owned(key: key, id: id))
    case .done(400..<500, _), .notDone: return ledger.answer(operation, .refused)
    default: break
    }
    ledger.answer(operation, nil)
    unanswered.append(key)
  }

  func delete(_ server: Owned, _ owned: inout [Owned]) async {
    ledger.give(up: server.id)
    let operation = ledger.ask(name, .delete, of: server.key)
    switch await ask("DELETE", "/compute/v2.1/servers/\(server.id)", subject: server.id) {
    case .done(204, _): ledger.answer(operation, .done)
    case .done(404, _): ledger.answer(operation, .absent)
    case .done(400..<500, _), .notDone: return ledger.answer(operation, .refused)
    default:
      // It is asked again, unless a look finds it gone.
      return ledger.answer(operation, nil)
    }
    owned.removeAll { $0.id == server.id }
  }

  private func rename(_ server: Owned, _ new: String) async {
    let operation = ledger.ask(name, .rename(new), of: server.key)
    let outcome = await ask(
      "PUT", "/compute/v2.1/servers/\(server.id)", ["server": ["name": .string(new)]],
      subject: server.id)
    switch outcome {
    case .done(200, _): ledger.answer(operation, .done)
    case .done(404, _): ledger.answer(operation, .absent)
    case .done(400..<500, _), .notDone: ledger.answer(operation, .refused)
    default: ledger.answer(operation, nil)
    }
  }

  private func look(at server: Owned, _ owned: inout [Owned]) async {
    let operation = ledger.ask(name, .get, of: server.key)
    switch await ask("GET", "/compute/v2.1/servers/\(server.id)", subject: server.id) {
    case .done(200, let json):
      ledger.answer(operation, .found(json["server"]?["name"]?.text ?? ""))
      // What could not be made is of no use.
      if json["server"]?["status"]?.text == "ERROR", randomness.number(below: 2) == 0 {
        await delete(server, &owned)
      }
    case .done(404, _):
      ledger.answer(operation, .absent)
      owned.removeAll { $0.id == server.id }
    default: ledger.answer(operation, nil)
    }
  }

  func list(_ owned: inout [Owned], _ unanswered: inout [String]) async {
    let keys = asked.withLock { $0 }
    let operations = keys.map { ledger.ask(name, .list, of: $0) }
    let outcome = await ask("GET", "/compute/v2.1/servers/detail")
    guard case .done(200, let json) = outcome, let servers = json["servers"]?.elements else {
      for operation in operations { ledger.answer(operation, nil) }
      return
    }
    var found: [String: (id: String, name: String)] = [:]
    for server in servers {
      guard let key = server["metadata"]?["key"]?.text, let id = server["id"]?.text else {
        continue
      }
      if !key.hasPrefix("\(name)-") || found[key] != nil {
        ledger.report(
          Violation(
            .isolation,
            "\(name) was shown server \(id), made as \(key)"
              + (found[key] == nil ? "." : ", beside another made as that."), subject: id))
      }
      found[key] = (id, server["name"]?.text ?? "")
    }
    for (key, operation) in zip(keys, operations) {
      ledger.answer(operation, found[key].map { .found($0.name) } ?? .absent)
    }
    // What was asked for without an answer may have been done; what is gone may come back, for a backup
    // may have been restored.
    owned = keys.compactMap { key in found[key].map { Owned(key: key, id: $0.id) } }
    unanswered = []
  }

  enum Outcome {
    case done(Int, JSONValue)
    case notDone
    case unknown
  }

  func ask(
    _ method: String, _ path: String, _ json: JSONValue? = nil, subject: String? = nil
  ) async -> Outcome {
    recorder.tell(name, .request, "\(method) \(path)", subject: subject)
    let answer = await door.send(
      APIRequest(method, path, as: name, json), patience: Self.patience)
    switch answer {
    case .answered(let response):
      recorder.tell(name, .answer, "\(response.status) \(method) \(path)", subject: subject)
      return .done(response.status, response.json)
    case .refused:
      recorder.tell(name, .answer, "no connection", subject: subject)
      return .notDone
    case .timedOut:
      recorder.tell(name, .answer, "no answer", subject: subject)
      return .unknown
    }
  }
}
