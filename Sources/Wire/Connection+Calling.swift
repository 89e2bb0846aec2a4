// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop

/// A call of ours that waits for its one reply.
struct PendingCall {
  let method: String
  /// The last one.
  var reply: [UInt8] = []
  var replies = 0
  var caller: CheckedContinuation<Result<WireReply, WireStatus>, Never>?
  /// How it came out before its caller waited.
  var outcome: Result<WireReply, WireStatus>?

  mutating func take(_ message: [UInt8]) {
    replies += 1
    reply = message
  }

  /// The call is over.
  func end(_ ending: Ending) -> Result<WireReply, WireStatus> {
    let status = ending.status
    switch status.code {
    case .ok:
      if replies == 1 {
        return .success(WireReply(reply, metadata: ending.metadata))
      }
      let text = "\(method) answered with \(replies) messages instead of one"
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
        let outcome = calls.change(stream) { call in
          if call.outcome == nil { call.caller = continuation }
          return call.outcome
        }
        guard let outcome = outcome ?? nil else { return }
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
    if PlantedBug.callsLeftHanging.isPlanted, ending.status.code == .unavailable { return }
    guard let call = calls.removeValue(forKey: stream) else { return }
    guard let caller = call.caller else {
      calls[stream] = call
      calls.change(stream) { $0.outcome = call.end(ending) }
      return
    }
    caller.resume(returning: call.end(ending))
  }
}
