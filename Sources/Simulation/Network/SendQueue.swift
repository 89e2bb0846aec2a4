// SPDX-License-Identifier: Apache-2.0

/// What one end has been given to send and the other has not acknowledged: a socket's send buffer.
struct SendQueue {
  /// So many bytes it holds.
  static let capacity = 256 << 10
  /// So many go into one segment.
  static let segment = 16 << 10

  private var pieces: [StreamPiece] = []
  /// So many of the pieces are on their way.
  private var inFlight = 0
  private var bytes = 0
  /// The place behind the last piece.
  private var end: UInt64 = 0
  /// Everything before this place has arrived.
  private(set) var acknowledged: UInt64 = 0
  /// The receiver takes what lies before this place.
  private var limit: UInt64 = 0

  var isEmpty: Bool { pieces.isEmpty }

  /// Whether something is not on its way yet.
  var isBlocked: Bool { inFlight < pieces.count }

  /// Whether that is so because the receiver's window has no room for it. A FIN needs none.
  var isShut: Bool {
    isBlocked && pieces[inFlight].sequence + UInt64(pieces[inFlight].bytes.count) > limit
  }

  /// How many bytes it takes now.
  var room: Int { Self.capacity - bytes }

  /// Whether whoever waits for room is to be told, as Linux does it: not for a few bytes.
  var isWritable: Bool { room >= Self.capacity / 3 }

  mutating func add(_ mark: StreamPiece.Mark, _ content: [UInt8] = []) {
    let piece = StreamPiece(sequence: end, bytes: content, mark: mark)
    pieces.append(piece)
    bytes += content.count
    end = piece.end
  }

  /// The next piece that may go, which counts as on its way then.
  mutating func next() -> StreamPiece? {
    guard isBlocked, !isShut else { return nil }
    defer { inFlight += 1 }
    return pieces[inFlight]
  }

  /// The receiver tells what it has and what it takes. Returns whether something has arrived that was
  /// not known to have.
  mutating func acknowledge(_ place: UInt64, limit newLimit: UInt64) -> Bool {
    limit = max(limit, newLimit)
    guard place > acknowledged else { return false }
    acknowledged = place
    var arrived = 0
    while arrived < pieces.count, pieces[arrived].end <= place {
      bytes -= pieces[arrived].bytes.count
      arrived += 1
    }
    pieces.removeFirst(arrived)
    inFlight = max(0, inFlight - arrived)
    return true
  }

  /// Everything is to go once more.
  mutating func rewind() { inFlight = 0 }
}
