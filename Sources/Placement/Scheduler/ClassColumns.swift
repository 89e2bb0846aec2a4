// SPDX-License-Identifier: Apache-2.0

/// Which column of a host's vector has the room of which class.
struct ClassColumns: Sendable {
  /// The classes that have a column, in the order of columns. The first three are what every guest asks for;
  /// others get theirs when a host has them first.
  private(set) var classes: [ResourceClass] = [.vcpu, .memoryMB, .diskGB]
  /// So many columns there are. Classes beyond them are looked up host by host.
  static let count = 8

  static let (vcpu, memoryMB, diskGB) = (0, 1, 2)

  func column(of resource: ResourceClass) -> Int? { classes.firstIndex(of: resource) }

  mutating func add(_ resource: ResourceClass) {
    if classes.count < Self.count, !classes.contains(resource) { classes.append(resource) }
  }
}
