// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// One request on its way: what was asked, and what has come of it.
///
/// libcurl's callbacks write to it on the lane; only `cancel` comes from elsewhere.
final class Transfer: Sendable {
  enum Sink: Sendable {
    case memory
    case file(any DiskFile, @Sendable (UnsafeRawBufferPointer) -> Void)
  }

  static let headLimit = 64 << 10
  private static let refusalLimit = 4096

  let method: String
  let url: String
  let headers: [(name: String, value: String)]
  let body: [UInt8]?
  let timeout: Duration
  let limit: UInt64
  let sink: Sink
  private let cancelled = Atomic(false)
  private let state = Mutex(State())

  private struct State {
    var headers: [(name: String, value: String)] = []
    var headSize = 0
    var bytes: [UInt8] = []
    var count: UInt64 = 0
    var failure: RoostError?
  }

  init(
    method: String, url: String, headers: [(name: String, value: String)], body: [UInt8]?,
    timeout: Duration, limit: UInt64, sink: Sink
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.limit = limit
    self.sink = sink
  }

  var isDownload: Bool { if case .file = sink { true } else { false } }

  /// The URL for messages: without user, password and query, which may hold secrets.
  var shownURL: String {
    let bare = url.prefix { $0 != "?" && $0 != "#" }
    guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
    let rest = bare[scheme.upperBound...]
    let host = rest.prefix { $0 != "/" }
    guard let at = host.lastIndex(of: "@") else { return String(bare) }
    return String(bare[..<scheme.upperBound] + rest[rest.index(after: at)...])
  }

  func cancel() { cancelled.store(true, ordering: .relaxed) }
  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// What made a callback end the transfer.
  var failure: RoostError? { state.withLock { $0.failure } }

  var tooLarge: RoostError {
    RoostError(.tooLarge, "\(shownURL) answers with more than \(limit) bytes.")
  }

  /// A line of the head. False ends the transfer.
  func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    let text = String(decoding: line, as: UTF8.self)
    return state.withLock { state in
      state.headSize += text.utf8.count
      guard state.headSize <= Self.headLimit else {
        state.failure = RoostError(
          .tooLarge, "\(shownURL) answers with more than \(Self.headLimit) bytes of headers.")
        return false
      }
      // Each answer on the way, a redirect or a 100, begins anew.
      if text.hasPrefix("HTTP/") { state.headers = [] }
      if let colon = text.firstIndex(of: ":") {
        let value = text[text.index(after: colon)...].drop { $0.isWhitespace }
        let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) }
        state.headers.append(
          (String(text[..<colon]), String(value[..<(end ?? value.startIndex)])))
      }
      return true
    }
  }

  /// A piece of the body. False ends the transfer.
  func receive(_ piece: UnsafeRawBufferPointer, status: Int) -> Bool {
    do throws(RoostError) {
      try take(piece, status)
      return true
    } catch {
      state.withLock { $0.failure = error }
      return false
    }
  }

  private func take(_ piece: UnsafeRawBufferPointer, _ status: Int) throws(RoostError) {
    guard case .file(let file, let onBytes) = sink else {
      let fits = keep(piece)
      guard fits else { throw tooLarge }
      return
    }
    guard status == 200 else {
      if state.withLock({ $0.bytes.count }) < Self.refusalLimit { _ = keep(piece) }
      return
    }
    let count = state.withLock {
      $0.count += UInt64(piece.count)
      return $0.count
    }
    guard count <= limit else { throw tooLarge }
    try file.append(piece)
    onBytes(piece)
  }

  private func keep(_ piece: UnsafeRawBufferPointer) -> Bool {
    let bytes = Array(piece)
    return state.withLock {
      $0.count += UInt64(bytes.count)
      guard isDownload || $0.count <= limit else { return false }
      $0.bytes += bytes
      return true
    }
  }

  /// The whole answer, once libcurl is content.
  func answer(status: Int) throws(RoostError) -> HTTPAnswer {
    let (headers, bytes) = state.withLock { ($0.headers, $0.bytes) }
    guard isDownload else {
      return HTTPAnswer(status: status, headers: headers, bytes: bytes)
    }
    let kind: RoostError.Kind
    switch status {
    case 200: return HTTPAnswer(status: status, headers: headers, bytes: [])
    case 401, 403: kind = .forbidden
    case 404, 410: kind = .notFound
    default: kind = .unavailable
    }
    throw RoostError(
      kind, "\(shownURL) answers with status \(status) instead of its content.",
      operator: String(decoding: bytes.prefix(Self.refusalLimit), as: UTF8.self))
  }
}
