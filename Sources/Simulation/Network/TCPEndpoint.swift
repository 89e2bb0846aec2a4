// SPDX-License-Identifier: Apache-2.0

import Base
import Wire

/// One end of a TCP connection, as its machine's kernel keeps it: segments and wishes go in, segments come
/// out. It has no network and no clock.
///
/// ```
///   synSent ─────SYN of the peer──► established ──RST, silence, close with bytes unread──► gone
///   synReceived ──ACK of the SYN────────▲
/// ```
///
/// Left out is what its process can't tell from what is here: TIME_WAIT and the other states behind a
/// proper end, congestion control, delayed and selective acknowledgements.
struct TCPEndpoint {
  enum Phase {
    case synSent
    case synReceived
    case established
    /// The kernel knows of no such connection.
    case gone
  }

  /// What a segment calls for.
  enum Answer {
    case nothing
    case acknowledgement
    case reset
  }

  /// After so long a silence everything is sent again; then after twice as long, and so on. The
  /// connection breaks rather than wait for longer than the longest: after 205 seconds in all.
  static let firstTimeout: UInt64 = 200_000_000
  static let longestTimeout: UInt64 = 120_000_000_000
  /// The same for a SYN, and when a handshake is given up: as early as the real dialling end does it.
  static let firstHandshakeTimeout: UInt64 = 1_000_000_000
  static let handshakeTime = UInt64(clamping: TLSNetwork.patience.microseconds) * 1000

  private(set) var phase: Phase
  /// Why it can't go on, for the process that holds it.
  private(set) var failure: String?
  /// Whether its process has let go of it.
  private(set) var isClosed = false
  private var sending = SendQueue()
  private var receiving = ReceiveQueue()
  private var owesProbe = false
  /// The window's end as the peer was told it last.
  private var toldLimit: UInt64 = 0

  private let begun: Uptime
  private var timeout = TCPEndpoint.firstHandshakeTimeout
  private var timerBegun: Uptime

  /// An end that begins with a SYN: the dialling one, or the other that has got one.
  init(_ phase: Phase, at now: Uptime) {
    self.phase = phase
    begun = now
    timerBegun = now
    sending.add(.syn)
  }

  // MARK: The process

  /// Whether there is something to be read: bytes, the end, a failure.
  var isReadable: Bool { failure != nil || receiving.unread > 0 || receiving.hasEnded }

  /// Whether there is room to write, or a failure to be found.
  var isWritable: Bool { failure != nil || sending.isWritable }

  /// Whether nobody waits for an acknowledgement.
  var isAtEase: Bool {
    phase == .established && !isClosed && !sending.isBlocked && sending.isWritable
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer, at now: Uptime) -> TransportOutcome {
    if let failure { return .failed(failure) }
    guard phase == .established, !isClosed else { return .failed("the socket is closed") }
    let count = min(bytes.count, sending.room, SendQueue.segment)
    guard count > 0 else { return .wantsWrite }
    if sending.isEmpty { restartTimer(at: now) }
    sending.add(.data, Array(bytes[..<count]))
    return .done(count)
  }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    if let failure { return .failed(failure) }
    guard !isClosed else { return .failed("the socket is closed") }
    let count = receiving.read(into: buffer)
    if count > 0 || buffer.isEmpty { return .done(count) }
    return receiving.hasEnded ? .closed : .wantsRead
  }

  /// Whether the peer should hear of the room that reading has made.
  var owesWindow: Bool {
    phase == .established && !receiving.hasEnded
      && receiving.limit >= toldLimit + UInt64(ReceiveQueue.capacity / 4)
  }

  /// The process lets go: FIN behind what is to be sent, or RST where bytes are lost by that, as Linux
  /// does it. Returns whether it is RST.
  mutating func close(at now: Uptime) -> Bool {
    guard phase != .gone, !isClosed else { return false }
    isClosed = true
    guard phase == .established, !receiving.holdsBytes else {
      defer { vanish() }
      return phase != .synSent
    }
    if sending.isEmpty { restartTimer(at: now) }
    sending.add(.fin)
    return false
  }

  /// Nothing is known of it any more, and nobody is told.
  mutating func vanish() {
    phase = .gone
    (sending, receiving) = (SendQueue(), ReceiveQueue())
  }

  /// It breaks.
  mutating func fail(_ reason: String) {
    guard phase != .gone else { return }
    failure = reason
    vanish()
  }

  // MARK: The network

  /// The next segment that is to go.
  mutating func next() -> Segment? {
    if let piece = sending.next() { return segment(.piece(piece)) }
    guard owesProbe else { return nil }
    owesProbe = false
    return segment(.probe)
  }

  mutating func segment(_ content: Segment.Content) -> Segment {
    toldLimit = receiving.limit
    return Segment(content: content, acknowledged: receiving.expected, limit: toldLimit)
  }

  mutating func take(_ segment: Segment, at now: Uptime) -> Answer {
    guard phase != .gone else { return segment.wantsAnswer ? .reset : .nothing }
    if case .reset = segment.content {
      fail(phase == .synSent ? "connection refused" : "connection reset")
      return .nothing
    }
    // Without a SYN of the peer there is no stream that the rest could be about.
    if phase == .synSent, !segment.isSyn { return .nothing }
    acknowledge(segment.acknowledged, limit: segment.limit, at: now)
    guard case .piece(let piece) = segment.content else {
      return segment.wantsAnswer ? .acknowledgement : .nothing
    }
    if isClosed, !piece.bytes.isEmpty, piece.sequence >= receiving.expected {
      // Nobody will ever read it.
      vanish()
      return .reset
    }
    receiving.take(piece)
    if phase == .synSent { establish(at: now) }
    return .acknowledgement
  }

  /// The peer has what lies before `place`, and takes what lies before `limit`.
  mutating func acknowledge(_ place: UInt64, limit: UInt64, at now: Uptime) {
    let hasArrived = sending.acknowledge(place, limit: limit)
    if hasArrived, phase == .synReceived { return establish(at: now) }
    // A peer that answers and takes nothing is alive.
    guard hasArrived || sending.isShut, phase == .established else { return }
    restartTimer(at: now)
  }

  private mutating func establish(at now: Uptime) {
    phase = .established
    restartTimer(at: now)
  }

  // MARK: Time

  /// When `elapse` is due, if nothing is acknowledged until then; nil when nothing is to be acknowledged.
  var deadline: Uptime? {
    guard phase != .gone, !sending.isEmpty else { return nil }
    let next = timerBegun.later(nanoseconds: timeout)
    return phase == .established ? next : min(next, begun.later(nanoseconds: Self.handshakeTime))
  }

  /// The deadline has passed: everything is to be sent again, or it is given up.
  mutating func elapse(at now: Uptime) {
    timeout *= 2
    let isLate =
      phase == .established
      ? timeout > Self.longestTimeout : now >= begun.later(nanoseconds: Self.handshakeTime)
    guard !isLate else { return fail("connection timed out") }
    timerBegun = now
    sending.rewind()
    owesProbe = sending.isShut
  }

  private mutating func restartTimer(at now: Uptime) {
    timeout = Self.firstTimeout
    timerBegun = now
  }
}

extension Uptime {
  /// Time in the unit it is kept in, without the division that a `Duration` costs.
  func later(nanoseconds: UInt64) -> Uptime {
    Uptime(nanoseconds: self.nanoseconds.addingReportingOverflow(nanoseconds).partialValue)
  }
}
