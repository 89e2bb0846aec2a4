// SPDX-License-Identifier: Apache-2.0

/// A stretch of one direction's stream. It is sent again exactly as it was sent first, so a receiver has
/// all of it or nothing.
struct StreamPiece: Sendable {
  /// SYN and FIN take up one place in the stream each, as in TCP (RFC 9293, section 3.4).
  enum Mark: Sendable {
    case data
    case syn
    case fin
  }

  let sequence: UInt64
  let bytes: [UInt8]
  let mark: Mark

  /// The place behind it.
  var end: UInt64 { sequence + UInt64(bytes.count) + (mark == .data ? 0 : 1) }
}

/// What travels at once from one end of a connection to the other.
struct Segment: Sendable {
  enum Content: Sendable {
    case piece(StreamPiece)
    /// Nothing but what all segments carry.
    case acknowledgement
    /// Asks for an acknowledgement.
    case probe
    case reset
  }

  let content: Content
  /// Everything before this place has come.
  let acknowledged: UInt64
  /// The peer may send what lies before this place.
  let limit: UInt64

  var isSyn: Bool {
    if case .piece(let piece) = content { piece.mark == .syn } else { false }
  }

  /// Whether it has to be answered.
  var wantsAnswer: Bool {
    switch content {
    case .piece, .probe: true
    case .acknowledgement, .reset: false
    }
  }
}
