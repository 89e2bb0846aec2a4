// SPDX-License-Identifier: Apache-2.0

/// What decides about a host and changes with its guests, as numbers in fixed places.
struct HostVector: Sendable, Hashable {
  /// How much of each class may still be promised, in the order of `ClassColumns`; −∞ for a class that the
  /// host does not have. Whole numbers.
  var room: SIMD8<Double>
  /// What weighers look at, in the order of `Weigher`. Finite.
  var weights: SIMD8<Double>
}

/// A host in the tree.
struct HostEntry: Sendable, Hashable {
  /// Hosts are numbered in the order of their creation, which also decides between equals.
  var slot: UInt32
  /// The number of its `HostClass`.
  var kind: UInt32
  var vector: HostVector
}
