// SPDX-License-Identifier: Apache-2.0

import Base
import LocalCloud
import Synchronization

/// Clients that use a cloud's API while a fleet is attached to it: they look at servers by id, list
/// their own, and ask for flavors, at a steady pace.
final class APILoad: Sendable {
  private let clients: [CloudClient]
  private let plan: FleetPlan
  private let clock = SystemClock()
  private let samples = Mutex<[Double]>([])
  private let failures = Mutex(0)

  private static let count = 4
  /// Between the calls of one client.
  private static let pause = Duration.milliseconds(50)

  /// Clients, each with a connection of its own and a token.
  init(_ cloud: FleetCloud, _ plan: FleetPlan) async throws(RoostError) {
    self.plan = plan
    clients = (0..<Self.count).map { _ in
      CloudClient(apiURL: cloud.apiURL, password: cloud.password)
    }
    for client in clients { try await client.get("GET", "/compute/v2.1/flavors") }
  }

  /// Calls until `isOver`. Calls that got no answer count as failures, not as time.
  func run(until isOver: Flag) async {
    await withDiscardingTaskGroup { group in
      for (number, client) in clients.enumerated() {
        group.addTask { [self] in
          let random = SeededRandomness(seed: UInt64(number) + 77)
          while !isOver.isRaised, !Task.isCancelled {
            await ask(client, random)
            try? await clock.sleep(for: Self.pause)
          }
        }
      }
    }
  }

  /// What the calls took so far, in ms, and how many had no answer; begins anew.
  func take() -> (milliseconds: [Double], failures: Int) {
    (
      samples.withLock { samples in
        defer { samples = [] }
        return samples
      },
      failures.withLock { failures in
        defer { failures = 0 }
        return failures
      }
    )
  }

  private func ask(_ client: CloudClient, _ random: SeededRandomness) async {
    let path: String
    switch random.number(below: 10) {
    case 0: path = "/compute/v2.1/servers?limit=50"
    case 1: path = "/compute/v2.1/flavors/detail"
    default:
      guard plan.options.guestsPerAgent > 0 else { return }
      let node = plan.node(Int(random.number(below: UInt64(plan.options.agents))))
      let guest = node.guests[Int(random.number(below: UInt64(node.guests.count)))]
      path = "/compute/v2.1/servers/\(guest.instance)"
    }
    let begun = clock.uptime
    do throws(RoostError) {
      try await client.get("GET", path)
      let took = (clock.uptime - begun).inSeconds * 1000
      samples.withLock { $0.append(took) }
    } catch {
      failures.withLock { $0 += 1 }
    }
  }
}
