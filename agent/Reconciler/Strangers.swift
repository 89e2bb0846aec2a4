// SPDX-License-Identifier: Apache-2.0

public import Base
public import Hypervisor
public import Journal
import NodeProtocol
public import Switch

/// What is on a node although its journal knows nothing of it. Pure.
///
/// Such things are left when something that was there was not seen while its instance was removed: a
/// hypervisor or a kernel that says that a guest or a tap does not exist is believed once.
public struct Strangers: Sendable, Hashable {
  /// Instances whose guests are here. They are the controller's to judge.
  public var guests: Set<InstanceID>
  /// Ports whose taps no guest uses. A tap by itself is nobody's.
  public var taps: Set<PortID>

  /// Nothing is strange.
  public static let none = Strangers(guests: [], taps: [])

  private init(guests: Set<InstanceID>, taps: Set<PortID>) {
    self.guests = guests
    self.taps = taps
  }

  /// Looks for them in what a node has.
  public init(
    on node: NodeID, journal: [JournalEntry], domains: [ObservedDomain], taps: [ObservedTap]
  ) {
    let known = Set(journal.map(\.instance))
    let ports = Set(journal.flatMap { $0.spec.ports.map(\.id) })
    let used = Set(domains.flatMap(\.taps))
    self.init(
      guests: Set(
        domains.filter { $0.node == node }.compactMap(\.instance).filter { !known.contains($0) }),
      taps: Set(
        taps.filter { !ports.contains($0.port) && !used.contains($0.name) }.map(\.port)))
  }

  /// Those that were there before, too: what is being made or removed at this moment is not strange.
  public func intersection(_ before: Strangers) -> Strangers {
    Strangers(
      guests: guests.intersection(before.guests), taps: taps.intersection(before.taps))
  }

  /// Those that nobody has told of.
  public func subtracting(guests told: Set<InstanceID>) -> Strangers {
    Strangers(guests: guests.subtracting(told), taps: taps)
  }
}
