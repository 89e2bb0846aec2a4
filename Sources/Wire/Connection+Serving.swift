// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop

/// A call of the peer that takes one message.
struct ServedCall {
  var request: WireRequest
  var messages = 0
  var task: Task<Void, Never>?

  mutating func take(_ message: [UInt8]) {
    messages += 1
    request.message = message
  }

  /// Hands on the request, and keeps all but its message.
  mutating func takeRequest() -> ServedCall {
    defer { request.message = [] }
    return self
  }
}

/// A call of either end whose messages come and go.
struct OpenStream {
  // The caller's end is weak: a stream that was dropped is to cancel its call.
  private weak var callers: WireStream?
  private let served: WireStream?
  /// What serves a call of the peer.
  var task: Task<Void, Never>?

  init(_ stream: WireStream, isOurs: Bool) {
    callers = stream
    served = isOurs ? nil : stream
  }

  var stream: WireStream? { served ?? callers }
}

// The calls that the peer makes.
extension Connection {
  func opened(_ number: UInt32, _ head: CallHead) {
    guard rules.queuedBytes <= Self.highWater else {
      return refuse(number, WireStatus(.resourceExhausted, "answers are not taken"))
    }
    let request = WireRequest(
      head.method, metadata: head.metadata,
      timeout: head.milliseconds == 0 ? nil : .milliseconds(Int64(head.milliseconds)))
    guard service.isStreaming(head.method) else {
      serving[number] = ServedCall(request: request)
      return
    }
    let stream = WireStream(request, number: number, isOurs: false, on: self)
    open[number] = OpenStream(stream, isOurs: false)
    open[number]?.task = Task(executorPreference: loop) { [service] in
      let ending: Ending
      do throws(WireStatus) {
        ending = Ending(
          WireStatus(.ok, ""), metadata: try await service.serve(stream, from: self))
      } catch {
        ending = Ending(error)
      }
      await self.served(number, ending)
    }
  }

  /// A message has come, for either end's call.
  func received(_ message: [UInt8], on number: UInt32) {
    if serving.change(number, { $0.take(message) }) == nil,
      calls.change(number, { $0.take(message) }) == nil
    {
      open[number]?.stream?.take(message)
    }
  }

  /// The caller has said all it has to say.
  func allReceived(on number: UInt32) {
    if let stream = open[number]?.stream {
      return stream.end(Ending(WireStatus(.ok, "")))
    }
    guard let call = serving.change(number, { $0.takeRequest() }) else { return }
    guard call.messages == 1 else {
      let text = "\(call.request.method.prefix(200)) takes one message, not \(call.messages)"
      return refuse(number, WireStatus(.invalidArgument, text))
    }
    // Belongs to this actor from its start, as a task that is not immediate could not.
    let task = Task.immediate(executorPreference: loop) { [service] in
      let outcome: Result<WireReply, WireStatus>
      do throws(WireStatus) {
        outcome = .success(try await service.serve(call.request, from: self))
      } catch {
        outcome = .failure(error)
      }
      answer(number, outcome)
    }
    serving.change(number) { $0.task = task }
  }

  private func answer(_ number: UInt32, _ outcome: Result<WireReply, WireStatus>) {
    // The peer may have given up meanwhile.
    guard serving.removeValue(forKey: number) != nil else { return }
    switch outcome {
    case .success(let reply): finish(number, reply)
    case .failure(let status): change { $0.finish(number, Ending(status)) }
    }
  }

  private func finish(_ number: UInt32, _ reply: WireReply) {
    do throws(WireStatus) {
      guard rules.queuedBytes + reply.message.count <= 2 * Self.highWater else {
        throw WireStatus(.resourceExhausted, "answers are not taken")
      }
      try rules.send(number, reply.message)
      rules.finish(number, Ending(WireStatus(.ok, ""), metadata: reply.metadata))
      change { _ in }
    } catch {
      change { $0.finish(number, Ending(error)) }
    }
  }

  private func served(_ number: UInt32, _ ending: Ending) {
    guard open.removeValue(forKey: number) != nil else { return }
    change { $0.finish(number, ending) }
  }

  private func refuse(_ number: UInt32, _ status: WireStatus) {
    serving[number] = nil
    rules.finish(number, Ending(status))
  }

  /// A call of the peer is over before it was answered.
  func abandoned(_ number: UInt32, _ status: WireStatus) {
    wakeWriters(number)
    serving.removeValue(forKey: number)?.task?.cancel()
    if let streaming = open.removeValue(forKey: number) {
      streaming.stream?.end(Ending(status))
      streaming.task?.cancel()
    }
  }

  // MARK: What streams ask for

  /// Returns false for a call that is over.
  func send(_ message: [UInt8], on number: UInt32) async throws(WireStatus) -> Bool {
    while open[number] != nil, rules.queued(number) > WireProtocol.lowWater {
      await withCheckedContinuation { continuation in
        guard open[number] != nil, rules.queued(number) > WireProtocol.lowWater else {
          return continuation.resume()
        }
        writers[number, default: []].append(continuation)
      }
    }
    guard open[number] != nil else { return false }
    try rules.send(number, message)
    change { _ in }
    return true
  }

  func endMessages(on number: UInt32) {
    change { $0.endMessages(number) }
  }

  func taken(_ bytes: Int, of number: UInt32) {
    change { $0.taken(number, bytes) }
  }

  func wakeWriters(_ number: UInt32) {
    for writer in writers.removeValue(forKey: number) ?? [] { writer.resume() }
  }
}
