// SPDX-License-Identifier: Apache-2.0

import Base
import CMicroHTTPD
import Glibc
import Synchronization

/// Carries out what `ExchangeState` decides: one request on one MHD connection.
///
/// Lives from the request's first line until MHD reports it complete, and as long as its handler
/// runs. The connection is touched only under the lock, and never after `closed`.
final class Exchange: HTTPBodyPieces, Sendable {
  let target: String
  let number: UInt64
  private nonisolated(unsafe) let connection: OpaquePointer
  private let core: ServerCore
  private let locked = Mutex(Locked())

  private struct Locked {
    var state = ExchangeState()
    var head: HTTPHead?
    var task: Task<Void, Never>?
    var reader: CheckedContinuation<Void, Never>?
    var isCancelled = false
    var peerHasLeft = false
  }

  init(target: String, number: UInt64, connection: OpaquePointer, core: ServerCore) {
    self.target = target
    self.number = number
    self.connection = connection
    self.core = core
  }

  private var descriptor: Int32 { roost_http_descriptor(connection) }

  // MARK: On MHD's threads

  /// Whether `headRead` was called.
  var hasHead: Bool { locked.withLock { $0.head != nil } }

  /// The head is read. Returns false if the connection must be closed.
  func headRead(method: String) -> Bool {
    guard let head = RequestHead.read(connection, method: method, target: target) else {
      return begun(.refuse(.malformedTarget), HTTPHead(method: method, path: target))
    }
    guard core.admit(self) else { return begun(.refuse(.stopping), head) }
    // Until `closed`, which MHD calls before it closes the socket.
    core.watch.add(descriptor, number)
    return begun(core.handler.plan(for: head), head)
  }

  private func begun(_ plan: HTTPBodyPlan, _ head: HTTPHead) -> Bool {
    let step = locked.withLock { locked in
      locked.head = head
      return locked.state.planned(
        plan, announced: RequestHead.announced(connection),
        expectsContinue: head.header("Expect") != nil)
    }
    switch step {
    case .readOn: return true
    case .begin:
      run(.pieces(self))
      return true
    case .answer(let response): return send(response)
    }
  }

  /// A piece of the body arrived. Returns how much of it was taken, nil to close the connection.
  func bodyArrived(_ piece: UnsafeRawBufferPointer) -> Int? {
    let (step, reader) = locked.withLock { locked in
      let step = locked.state.received(piece)
      // Under the lock: the reader may make room and resume at any moment.
      if step == .park { MHD_suspend_connection(connection) }
      return (step, locked.reader.take())
    }
    reader?.resume()
    return switch step {
    case .taken: piece.count
    case .park: 0
    case .hangUp: nil
    }
  }

  /// The body is complete, or the connection was resumed with an answer. Returns false if the
  /// connection must be closed.
  func bodyEnded() -> Bool {
    let (step, reader) = locked.withLock { locked in
      let step = locked.state.ended()
      switch step {
      case .begin, .park: MHD_suspend_connection(connection)
      case .answer: break
      }
      return (step, locked.reader.take())
    }
    reader?.resume()
    switch step {
    case .begin(let bytes): run(.bytes(bytes))
    case .park: break
    case .answer(let response): return send(response)
    }
    return true
  }

  /// MHD is done with the request, for better or worse.
  func closed() {
    let (task, reader) = locked.withLock { locked in
      core.watch.remove(descriptor)
      locked.state.closed()
      return (locked.task.take(), locked.reader.take())
    }
    task?.cancel()
    reader?.resume()
    core.dismiss(self)
  }

  private func send(_ response: HTTPResponse) -> Bool {
    ResponseSending.queue(response, on: connection, log: core.log)
  }

  // MARK: From elsewhere

  /// The peer has closed its end.
  func peerLeft() {
    let task = locked.withLock { locked in
      locked.peerHasLeft = true
      // MHD misses an end that arrives together with data; this makes it read once more.
      if locked.state.bodyIsArriving { shutdown(descriptor, Int32(SHUT_RD)) }
      return locked.task
    }
    task?.cancel()
  }

  /// The server stops: the handler should end.
  func cancel() {
    locked.withLock { $0.task }?.cancel()
  }

  /// The server stops now: a suspended connection is answered without its handler.
  func stop() {
    let (task, reader) = locked.withLock { locked in
      if locked.state.stop() { MHD_resume_connection(connection) }
      return (locked.task, locked.reader.take())
    }
    task?.cancel()
    reader?.resume()
  }

  private func run(_ body: HTTPBody) {
    guard let head = locked.withLock({ $0.head }) else { return }
    let task = Task(executorPreference: core.executor) {
      self.finished(await self.core.handler.respond(to: head, body: body))
    }
    let isLate = locked.withLock { locked in
      // A handler that has already ended leaves a finished task behind, which does no harm.
      locked.task = task
      return locked.peerHasLeft || locked.state.isOver
    }
    if isLate { task.cancel() }
  }

  private func finished(_ response: HTTPResponse) {
    locked.withLock { locked in
      locked.task = nil
      // Under the lock: what is suspended must not be closed in between.
      if locked.state.finished(response) { MHD_resume_connection(connection) }
    }
  }

  // MARK: The reader of a streamed body

  func next() async throws(RoostError) -> [UInt8]? {
    while true {
      switch take() {
      case .piece(let bytes, _): return bytes
      case .end: return nil
      case .broken: throw RoostError(.cancelled, "The peer went away before the body's end.")
      case .wait: await pieceOrEnd()
      }
    }
  }

  private func take() -> ExchangeState.Reading {
    locked.withLock { locked in
      if locked.isCancelled { return .broken }
      let reading = locked.state.read()
      if case .piece(_, resume: true) = reading { MHD_resume_connection(connection) }
      return reading
    }
  }

  private func pieceOrEnd() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = locked.withLock { locked in
          guard !locked.isCancelled, locked.state.awaitsPiece else { return true }
          locked.reader = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      let reader = locked.withLock { locked in
        locked.isCancelled = true
        return locked.reader.take()
      }
      reader?.resume()
    }
  }
}
