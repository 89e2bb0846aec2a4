// SPDX-License-Identifier: Apache-2.0

/// What has come for one end and was not read: a socket's receive buffer, which puts pieces in order and
/// drops those that it has.
struct ReceiveQueue {
  /// So many bytes may wait to be read.
  static let capacity = 256 << 10

  /// In order, to be read.
  private var pieces: [[UInt8]] = []
  /// So many of the pieces have been read.
  private var finished = 0
  /// And so many bytes of the next one.
  private var offset = 0
  private(set) var unread = 0
  /// What came ahead of its turn, by place.
  private var early: [StreamPiece] = []
  /// The place of what has to come next.
  private(set) var expected: UInt64 = 0
  /// Whether the peer's FIN has come, in its turn.
  private(set) var hasEnded = false

  /// Whether somebody is left without bytes that the peer has sent.
  var holdsBytes: Bool { unread > 0 || !early.isEmpty }

  /// The peer may send what lies before this place. It never goes back: what comes takes its room from
  /// what was promised.
  var limit: UInt64 { expected + UInt64(Self.capacity - unread) }

  mutating func take(_ piece: StreamPiece) {
    guard piece.sequence >= expected else { return }
    guard piece.sequence == expected else { return keep(piece) }
    append(piece)
    var ripe = 0
    while ripe < early.count, early[ripe].sequence == expected {
      append(early[ripe])
      ripe += 1
    }
    if ripe > 0 { early.removeFirst(ripe) }
  }

  private mutating func keep(_ piece: StreamPiece) {
    let place = early.firstIndex { $0.sequence >= piece.sequence } ?? early.count
    guard place == early.count || early[place].sequence != piece.sequence else { return }
    early.insert(piece, at: place)
  }

  private mutating func append(_ piece: StreamPiece) {
    expected = piece.end
    if piece.mark == .fin { hasEnded = true }
    guard !piece.bytes.isEmpty else { return }
    pieces.append(piece.bytes)
    unread += piece.bytes.count
  }

  /// Fills the buffer as far as there are bytes. Returns how many there were.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var filled = 0
    while filled < buffer.count, finished < pieces.count {
      let count = min(buffer.count - filled, pieces[finished].count - offset)
      pieces[finished].withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
      }
      filled += count
      offset += count
      guard offset == pieces[finished].count else { break }
      pieces[finished] = []
      finished += 1
      offset = 0
    }
    if finished == pieces.count {
      pieces.removeAll(keepingCapacity: true)
      finished = 0
    }
    unread -= filled
    return filled
  }
}
