// SPDX-License-Identifier: Apache-2.0

import Base

/// One request and its answer, as decisions without a socket: what arrives goes in, what to do
/// with the connection comes out.
///
/// ```
/// planned ── drop ────┐
///    ├────── collect ─┤ received* ── ended ── park ── finished ── ended ── answer
///    └────── stream ──┘    └─ park ── taken ─┘
/// ```
/// A parked connection is suspended: the server neither reads from it nor notices that it closes.
struct ExchangeState {
  /// A body this large is read and dropped for the sake of the connection before a refusal.
  static let dropsKnown: UInt64 = 1 << 20
  /// So much of an unwanted body is dropped once it is on its way; then the connection is closed.
  static let dropsUnderWay = 64 << 20
  /// A streamed body waits in the kernel while so much of it is unread here.
  static let unreadLimit = 512 << 10

  private enum Mode {
    case drop
    case collect(limit: Int)
    case stream
  }

  /// Why the connection is suspended.
  private enum Parking {
    case no
    case forRoom
    case forAnswer
  }

  private var parking = Parking.no
  private var answer: HTTPResponse?
  private var mode = Mode.drop
  private var buffer: [UInt8] = []
  private var droppedBytes = 0
  private var uploadEnded = false
  private(set) var isOver = false
  private var mayPark = true

  /// How long a body the head announces.
  enum Announced {
    case none
    case bytes(UInt64)
    case unknown
  }

  enum AfterHead {
    case readOn
    /// Call the handler now and read on.
    case begin
    /// Answer without reading the body; the connection closes behind the answer.
    case answer(HTTPResponse)
  }

  mutating func planned(
    _ plan: HTTPBodyPlan, announced: Announced, expectsContinue: Bool
  ) -> AfterHead {
    switch plan {
    case .stream:
      mode = .stream
      return .begin
    case .collect(let limit):
      if case .bytes(let length) = announced, length > UInt64(max(0, limit)) {
        return refused(.tooLarge(limit), announced, expectsContinue)
      }
      mode = .collect(limit: limit)
      if case .bytes(let length) = announced { buffer.reserveCapacity(Int(length)) }
      return .readOn
    case .refuse(let response):
      return refused(response, announced, expectsContinue)
    }
  }

  private mutating func refused(
    _ response: HTTPResponse, _ announced: Announced, _ expectsContinue: Bool
  ) -> AfterHead {
    mode = .drop
    answer = response
    switch announced {
    case .none: return .readOn
    case .bytes(let length) where length <= Self.dropsKnown && !expectsContinue: return .readOn
    case .bytes, .unknown: return .answer(response)
    }
  }

  enum AfterPiece {
    case taken
    /// Not taken: suspend, it comes again.
    case park
    /// Close the connection.
    case hangUp
  }

  mutating func received(_ piece: UnsafeRawBufferPointer) -> AfterPiece {
    guard !isOver else { return .hangUp }
    switch mode {
    case .stream where answer == nil:
      if buffer.count < Self.unreadLimit {
        buffer.append(contentsOf: piece)
        return .taken
      }
      guard mayPark else { return .hangUp }
      parking = .forRoom
      return .park
    case .collect(let limit) where buffer.count + piece.count <= limit:
      buffer.append(contentsOf: piece)
      return .taken
    case .collect(let limit):
      mode = .drop
      buffer = []
      answer = .tooLarge(limit)
    case .drop, .stream: break
    }
    droppedBytes += piece.count
    return droppedBytes <= Self.dropsUnderWay ? .taken : .hangUp
  }

  enum AfterBody {
    /// Suspend, then call the handler.
    case begin([UInt8])
    case park
    case answer(HTTPResponse)
  }

  mutating func ended() -> AfterBody {
    uploadEnded = true
    if let answer { return .answer(answer) }
    guard mayPark else { return .answer(.stopping) }
    parking = .forAnswer
    guard case .collect = mode else { return .park }
    defer { buffer = [] }
    return .begin(buffer)
  }

  /// The handler's answer. Returns whether to resume the connection.
  mutating func finished(_ response: HTTPResponse) -> Bool {
    guard !isOver, answer == nil else { return false }
    answer = response
    buffer = []
    return unpark()
  }

  enum Reading {
    case piece([UInt8], resume: Bool)
    case wait
    case end
    case broken
  }

  /// What the reader of a streamed body gets.
  mutating func read() -> Reading {
    if !buffer.isEmpty {
      defer { buffer = [] }
      return .piece(buffer, resume: parking == .forRoom && unpark())
    }
    if uploadEnded { return .end }
    return isOver || !mayPark ? .broken : .wait
  }

  /// Whether more of the body may come.
  var bodyIsArriving: Bool { !uploadEnded && !isOver }

  /// Whether a reader has to wait.
  var awaitsPiece: Bool { buffer.isEmpty && !uploadEnded && !isOver && mayPark }

  /// The connection is gone or the exchange complete.
  mutating func closed() {
    isOver = true
    parking = .no
  }

  /// From now on the connection must not be suspended. Returns whether to resume it.
  mutating func stop() -> Bool {
    mayPark = false
    guard parking != .no else { return false }
    if answer == nil { answer = .stopping }
    return unpark()
  }

  private mutating func unpark() -> Bool {
    defer { parking = .no }
    return parking != .no
  }
}
