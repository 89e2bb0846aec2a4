// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a server's group asks of its place.
public struct ServerGroup: Sendable, Hashable {
  /// How the servers of a group are spread. Names are Nova's.
  public enum Policy: String, Sendable, Hashable, CaseIterable {
    /// All on one host.
    case affinity
    /// No more than so many on a host.
    case antiAffinity = "anti-affinity"
    /// On as few hosts as can be.
    case softAffinity = "soft-affinity"
    /// On as many hosts as can be.
    case softAntiAffinity = "soft-anti-affinity"
  }

  /// Which group.
  public var id: ServerGroupID
  /// Its rule.
  public var policy: Policy
  /// For anti-affinity: `max_server_per_host`.
  public var maximumPerHost: Int

  /// A group.
  public init(id: ServerGroupID, policy: Policy, maximumPerHost: Int = 1) {
    self.id = id
    self.policy = policy
    self.maximumPerHost = maximumPerHost
  }
}

/// Where the members of groups are.
struct GroupMembers: Sendable {
  struct Place: Sendable, Hashable {
    var slot: UInt32
    var members: Int
  }

  private var groups: [ServerGroupID: [Place]] = [:]

  /// The hosts that have members, in the order of their creation.
  func places(of group: ServerGroupID) -> [Place] { groups[group] ?? [] }

  mutating func add(_ group: ServerGroupID, on slot: UInt32) { change(group, slot, by: 1) }

  mutating func remove(_ group: ServerGroupID, from slot: UInt32) { change(group, slot, by: -1) }

  private mutating func change(_ group: ServerGroupID, _ slot: UInt32, by difference: Int) {
    var places = groups[group] ?? []
    let index = places.firstIndex { $0.slot >= slot } ?? places.endIndex
    if index == places.endIndex || places[index].slot != slot {
      places.insert(Place(slot: slot, members: 0), at: index)
    }
    places[index].members += difference
    if places[index].members <= 0 { places.remove(at: index) }
    groups[group] = places.isEmpty ? nil : places
  }
}
