// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Journal
import Log
import Reconciler
import Switch

/// Looks now and then for what is on the node without being in its journal. Taps that nobody uses go; a
/// guest is told to the controller, by registering anew: it knows whether it was revoked or is an orphan.
struct StrangerWatch: Sendable {
  let parts: NodeParts
  /// Guests that the controller was told of when this node registered.
  let told: Set<InstanceID>

  /// Between two looks, and up to as much again by chance. A look lists all domains and taps.
  private static let interval = Duration.seconds(300)
  /// What is found is looked for a second time after this.
  private static let pause = Duration.seconds(30)

  /// Returns once there is a guest that the controller has not heard of, with what to say of it, or when
  /// the task is cancelled.
  func run() async -> String {
    while !Task.isCancelled {
      let jitter = Int(parts.randomness.number(below: 100))
      try? await parts.clock.sleep(for: Self.interval + Self.interval * jitter / 100)
      guard let first = await look(), first != .none else { continue }
      try? await parts.clock.sleep(for: Self.pause)
      guard let again = await look(), !Task.isCancelled else { continue }
      let strangers = again.intersection(first)
      for port in strangers.taps.sorted() { await remove(port) }
      if let guest = strangers.guests.min() {
        return "there is a guest here that the journal does not hold: \(guest)"
      }
    }
    return "the agent is stopping"
  }

  /// Nil when it can't be seen now.
  private func look() async -> Strangers? {
    do throws(RoostError) {
      let domains = try await parts.hypervisor.domains()
      let taps = try await parts.network.ports()
      // Last: what came meanwhile is known.
      let journal = try await parts.journal.entries()
      return Strangers(on: parts.node, journal: journal, domains: domains, taps: taps)
        .subtracting(guests: told)
    } catch {
      parts.log.debug("could not look for strangers: \(error)")
      return nil
    }
  }

  private func remove(_ port: PortID) async {
    do throws(RoostError) {
      try await parts.network.unplug(port)
      parts.log.warning("removed the tap of port \(port), which belongs to nothing on this node")
    } catch {
      parts.log.warning(
        "could not remove the tap of port \(port), which belongs to nothing: \(error)")
    }
  }
}
