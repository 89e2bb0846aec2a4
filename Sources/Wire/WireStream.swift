// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// A call whose messages come and go one by one, at either of its ends.
///
/// Messages that nobody takes hold back the peer, and a peer that takes none holds back `send`.
/// Dropping the caller's end cancels the call.
public final class WireStream: Sendable {
  /// What was called, and what was said beside it. Its message is empty.
  public let request: WireRequest

  private let connection: Connection
  private let number: UInt32
  private let isOurs: Bool
  private let state = Mutex(State())

  fileprivate struct State {
    var messages: [[UInt8]] = []
    var first = 0
    /// The caller's end: how the call ended. The serving end: ok behind the last message.
    var ending: Ending?
    var reader: CheckedContinuation<Void, Never>?
  }

  init(_ request: WireRequest, number: UInt32, isOurs: Bool, on connection: Connection) {
    self.request = request
    self.number = number
    self.isOurs = isOurs
    self.connection = connection
  }

  deinit {
    guard isOurs, state.withLock({ $0.ending == nil }) else { return }
    connection.hurry(toCancel: number)
  }

  /// Sends a message; returns when little is left to be sent before it. Where the peer has ended the
  /// call well already it goes nowhere: whatever was answered is still to be read.
  ///
  /// - Throws: how the call ended, if not well, or `.resourceExhausted` for a message beyond what the
  ///   peer takes.
  public func send(_ message: [UInt8]) async throws(WireStatus) {
    try failIfEnded()
    if try await connection.send(message, on: number) { return }
    try failIfEnded()
    if !isOurs { throw WireStatus(.cancelled, "the call is over") }
  }

  private func failIfEnded() throws(WireStatus) {
    guard let status = state.withLock({ $0.ending })?.status, status.code != .ok else { return }
    throw status
  }

  /// The caller's last word: no more messages come from this end.
  public func endMessages() async {
    await connection.endMessages(on: number)
  }

  /// The next message; nil behind the last one. One task at a time may wait here. Cancelling it
  /// cancels the caller's end.
  ///
  /// - Throws: how the call ended, if not well.
  public func next() async throws(WireStatus) -> [UInt8]? {
    while true {
      let (message, ending) = state.withLock { state in
        (state.takeFirst(), state.ending)
      }
      if let message {
        await connection.taken(message.count, of: number)
        return message
      }
      if let ending {
        guard ending.status.code == .ok else { throw ending.status }
        return nil
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isReady = state.withLock { state in
            if state.ending != nil || state.first < state.messages.count { return true }
            state.reader = continuation
            return false
          }
          if isReady { continuation.resume() }
        }
      } onCancel: {
        if isOurs {
          connection.hurry(toCancel: number)
        } else {
          end(Ending(WireStatus(.cancelled, "whoever served the call has stopped")))
        }
      }
    }
  }

  /// What the peer said beside the end of a call of this end's; empty before that.
  public var trailers: WireMetadata {
    state.withLock { $0.ending?.metadata ?? WireMetadata() }
  }

  /// Gives up a call of this end's.
  public func cancel() async {
    await connection.cancel(number, WireStatus(.cancelled, "the caller gave up"))
  }

  // MARK: What the connection tells

  func take(_ message: [UInt8]) {
    wake { $0.messages.append(message) }
  }

  func end(_ ending: Ending) {
    wake { state in
      // Behind the last message the call can still be abandoned, not the other way round.
      if (state.ending?.status.code ?? .ok) == .ok { state.ending = ending }
    }
  }

  private func wake(_ change: (inout State) -> Void) {
    let reader = state.withLock { state in
      change(&state)
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
  }
}

extension WireStream.State {
  fileprivate mutating func takeFirst() -> [UInt8]? {
    guard first < messages.count else { return nil }
    defer {
      messages[first] = []
      first += 1
      if first == messages.count {
        messages = []
        first = 0
      }
    }
    return messages[first]
  }
}
