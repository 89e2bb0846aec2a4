// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop

/// A call of ours that waits for its one reply.
struct PendingCall {
  let method: String
  var replies: [[UInt8]] = []
  var caller: CheckedContinuation<Result<WireReply, WireStatus>, Never>?
  /// How it came out before its caller waited.
  var outcome: Result<WireReply, WireStatus>?

  /// The call is over.
  func end(_ ending: Ending) -> Result<WireReply, WireStatus> {
    let status = ending.status
    switch status.code {
    case .ok:
      if let reply = replies.first, replies.count == 1 {
        return .success(WireReply(reply, metadata: ending.metadata))
      }
      let text = "\(method) answered with \(replies.count) messages instead of one"
      return .failure(WireStatus(.internal, text))
    case .deadlineExceeded:
      return .failure(
        WireStatus(status.code, "\(method): \(status.message)", details: status.details))
    default: return .failure(status)
    }
  }
}

// The calls that this end makes.
extension Connection {
  func call(_ request: WireRequest) async throws(WireStatus) -> WireReply {
    let stream = try begin(request)
    do throws(WireStatus) {
      try rules.send(stream, request.message)
    } catch {
      change { $0.cancel(stream, error) }
      throw error
    }
    rules.endMessages(stream)
    calls[stream] = PendingCall(method: request.method)
    change { _ in }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // An await may let others in before its body runs, the answer among them.
        guard let outcome = calls[stream]?.outcome else {
          calls[stream]?.caller = continuation
          return
        }
        calls[stream] = nil
        continuation.resume(returning: outcome)
      }
    } onCancel: {
      hurry(toCancel: stream)
    }
    return try outcome.get()
  }

  func open(_ request: WireRequest) throws(WireStatus) -> WireStream {
    let number = try begin(request)
    let stream = WireStream(request, number: number, isOurs: true, on: self)
    open[number] = OpenStream(stream, isOurs: true)
    change { _ in }
    return stream
  }

  private func begin(_ request: WireRequest) throws(WireStatus) -> UInt32 {
    if let ended {
      throw WireStatus(.unavailable, "\(request.method): the connection ended: \(ended)")
    }
    guard rules.queuedBytes <= Self.highWater else {
      throw WireStatus(
        .resourceExhausted, "\(request.method): the peer does not take what is sent")
    }
    let head = CallHead(
      milliseconds: request.milliseconds, method: request.method, metadata: request.metadata)
    return try rules.open(head, deadline: request.timeout.map { clock.uptime + $0 })
  }

  /// Gives up a call of ours.
  func cancel(_ stream: UInt32, _ status: WireStatus) {
    change { $0.cancel(stream, status) }
  }

  /// Gives it up from where nothing can be awaited.
  nonisolated func hurry(toCancel stream: UInt32) {
    loop.execute { [weak self] in
      self?.assumeIsolated { $0.cancel(stream, WireStatus(.cancelled, "the caller gave up")) }
    }
  }

  /// A call of ours is over.
  func finished(_ stream: UInt32, _ ending: Ending) {
    wakeWriters(stream)
    if let streaming = open.removeValue(forKey: stream) {
      streaming.stream?.end(ending)
      return
    }
    guard let outcome = calls[stream]?.end(ending) else { return }
    guard let caller = calls[stream]?.caller else {
      calls[stream]?.outcome = outcome
      return
    }
    calls[stream] = nil
    caller.resume(returning: outcome)
  }
}
