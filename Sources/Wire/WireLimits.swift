// SPDX-License-Identifier: Apache-2.0

/// What one end takes; it says so in its preface, and the other keeps to it.
public struct WireLimits: Hashable, Sendable {
  /// The largest payload of a frame, in bytes.
  public var frame = 256 << 10
  /// The largest message, in bytes. A larger one fails its call.
  public var message = 4 << 20
  /// How many bytes of a stream may be under way before this end has asked for more.
  public var streamWindow = 256 << 10
  /// The same for all streams together. It bounds what a peer can make this end hold.
  public var connectionWindow = 8 << 20
  /// How many of the peer's calls may be under way at once.
  public var streams = 1024
  /// How many bytes of metadata a call may carry.
  public var metadata = 8 << 10

  /// The defaults, which hold where a preface is silent.
  public init() {}

  /// Each limit: its number in a preface, what it may be, and where it is kept.
  static let all: [Entry] = [
    Entry(1, "frame", 16 << 10...16 << 20, \.frame),
    Entry(2, "message", 64 << 10...64 << 20, \.message),
    Entry(3, "stream window", 16 << 10...64 << 20, \.streamWindow),
    Entry(4, "connection window", 64 << 10...1 << 30, \.connectionWindow),
    Entry(5, "streams", 1...1 << 20, \.streams),
    Entry(6, "metadata", 1 << 10...16 << 10, \.metadata),
  ]

  struct Entry: @unchecked Sendable {
    let number: UInt8
    let name: String
    let range: ClosedRange<Int>
    // Key paths are immutable; the standard library does not say that they can be shared.
    let path: WritableKeyPath<WireLimits, Int>

    init(
      _ number: UInt8, _ name: String, _ range: ClosedRange<Int>,
      _ path: WritableKeyPath<WireLimits, Int>
    ) {
      (self.number, self.name, self.range, self.path) = (number, name, range, path)
    }
  }
}
