// SPDX-License-Identifier: Apache-2.0

/// What one end knows of all instances of a node, in 256 bytes: sixteen sums of hashes, modulo
/// 2^128. Two ends that know the same have the same sums, in whatever order they learned it; where
/// they differ, the sums say in which sixteenth.
///
/// Nobody is protected from himself here: a node that wants to be believed to hold something just
/// says so.
public struct StateDigest: Hashable, Sendable {
  /// Bytes of a digest on the wire.
  public static let size = Buckets.count * 16

  private var sums = [UInt128](repeating: 0, count: Buckets.count)

  /// Of nothing.
  public init() {}

  /// Of these entries.
  public init(_ entries: some Sequence<EntryDigest>) {
    for entry in entries { add(entry) }
  }

  /// A digest that came; nil unless it has `size` bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    for number in sums.indices {
      guard let sum = UInt128(bigEndian: bytes[(number * 16)..<(number * 16 + 16)]) else {
        return nil
      }
      sums[number] = sum
    }
  }

  /// The sums in their order, 16 bytes each, the highest byte first.
  public var bytes: [UInt8] { sums.flatMap { bigEndian($0) } }

  /// Adds one entry; of an instance there is at most one.
  public mutating func add(_ entry: EntryDigest) {
    sums[Buckets.number(of: entry.instance)] &+= entry.value
  }

  /// The buckets in which the two ends don't know the same.
  public func differing(from other: StateDigest) -> Buckets {
    sums.indices.filter { sums[$0] != other.sums[$0] }
      .reduce(into: Buckets()) { $0.insert(Buckets(number: $1)) }
  }
}
