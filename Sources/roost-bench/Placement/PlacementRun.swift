// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Placement

/// Fills a fleet to seven tenths of its memory, then lets servers come and go.
struct PlacementRun {
  struct Result: Sendable {
    let hosts: Int
    /// Decisions in a second, each with the claim and the release of another server.
    let perSecond: Double
    /// Microseconds of single decisions, with their claims.
    let median: Double
    let p99: Double
  }

  private var fleet: PlacementFleet
  private var scheduler = Scheduler()
  private var servers: [(id: InstanceID, memory: Int64)] = []
  private let clock = SystemClock()
  private let count: Int

  init(hosts: Int) {
    count = hosts
    fleet = PlacementFleet(hosts: hosts)
    for host in fleet.hosts { scheduler.set(host) }
  }

  /// - Parameter checks: so many decisions are compared with a look at every host.
  mutating func measure(decisions: Int, checks: Int) throws(RoostError) -> Result {
    fill(to: 0.7)
    // Each shape must have been asked for before: a fleet's flavors are known.
    for shape in fleet.shapes { _ = scheduler.decide(PlacementRequest(shape)) }
    var spans: [Double] = []
    spans.reserveCapacity(decisions)
    let begun = clock.uptime
    for _ in 0..<decisions {
      release()
      let request = fleet.request()
      let before = clock.uptime
      place(request)
      spans.append((clock.uptime - before).inSeconds * 1e6)
    }
    let taken = (clock.uptime - begun).inSeconds
    for _ in 0..<checks { try check() }
    return Result(
      hosts: count, perSecond: Double(decisions) / taken, median: spans.percentile(50),
      p99: spans.percentile(99))
  }

  private mutating func fill(to share: Double) {
    let memory = fleet.hosts.reduce(0.0) { $0 + ($1.inventory(of: .memoryMB)?.capacity ?? 0) }
    var used = 0.0
    var misses = 0
    while used < share * memory, misses < 1000 {
      let taken = place(fleet.request())
      if taken == 0 { misses += 1 }
      used += Double(taken)
    }
  }

  /// Returns how much memory the new server takes; 0 if there is none.
  @discardableResult
  private mutating func place(_ request: PlacementRequest) -> Int64 {
    let id = InstanceID.random(from: fleet.chance)
    guard scheduler.claim(request, for: id).node != nil else { return 0 }
    let memory = request.shape.resources.first { $0.resource == .memoryMB }?.amount ?? 0
    servers.append((id, memory))
    return memory
  }

  private mutating func release() {
    guard !servers.isEmpty else { return }
    let index = Int(fleet.chance.number(below: UInt64(servers.count)))
    servers.swapAt(index, servers.count - 1)
    scheduler.release(servers.removeLast().id)
  }

  /// Compares a decision with what a look at every host says.
  private mutating func check() throws(RoostError) {
    let shape = fleet.shapes[Int(fleet.chance.number(below: UInt64(fleet.shapes.count)))]
    let hosts = fleet.hosts.compactMap { scheduler.host($0.id) }
    let decision = scheduler.decide(PlacementRequest(shape))
    let expected = FullScan(hosts).best(for: shape)
    guard decision.node == expected else {
      throw RoostError(
        .internal,
        "The scheduler chose \(String(describing: decision.node)), a look at every host "
          + "\(String(describing: expected)), for \(shape).")
    }
  }
}
