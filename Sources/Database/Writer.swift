// SPDX-License-Identifier: Apache-2.0

import Base
import Lanes
import Synchronization

/// The writing lane: takes all writes that wait, runs each in a savepoint, commits once, then
/// answers all of them.
///
/// A commit costs a flush of the disk, a write costs microseconds; sharing the flush is what lets
/// many clients write at once.
final class Writer: Sendable {
  /// So many writes at most share a commit, which bounds the wait of the first.
  private static let batch = 256

  // Used on `lane` only, which runs one call at a time.
  private nonisolated(unsafe) let connection: Connection
  private let lane: any StoppableLane
  private let waiting = Mutex<[any WaitingWrite]>([])

  init(_ connection: Connection, on lane: any StoppableLane) {
    self.connection = connection
    self.lane = lane
  }

  func write<T: Sendable>(
    timeout: Duration, _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    let write = Write(body)
    waiting.withLock { $0.append(write) }
    do throws(RoostError) {
      return try await lane.run("database write", timeout: timeout) {
        [self] () throws(RoostError) -> T in
        // A turn before this one may have carried the write along with its own.
        while write.isPending { runBatch() }
        return try write.result()
      }
    } catch {
      let withdrawn = write.withdraw()
      // A lane that refuses runs no batch either: what stayed here would pile up.
      waiting.withLock { $0.removeAll { $0 === write } }
      if withdrawn { throw error }
      if !write.isPending { return try write.result() }
      throw RoostError(
        .deadlineExceeded, "The store did not answer in time; the change may still be recorded.",
        operator: error.operator, cause: error)
    }
  }

  func close() {
    lane.stop { [self] in connection.close() }
  }

  private func runBatch() {
    let batch = waiting.withLock { waiting in
      let batch = Array(waiting.prefix(Self.batch))
      waiting.removeFirst(batch.count)
      return batch
    }
    do throws(RoostError) {
      try connection.execute("BEGIN IMMEDIATE")
      for write in batch {
        let failure = write.run(on: connection)
        guard connection.isInTransaction else { throw RoostError.lostTransaction(failure) }
      }
      if PlantedBug.answeredBeforeCommit.isPlanted {
        for write in batch { write.settle(nil) }
        if (try? connection.execute("COMMIT")) == nil { connection.rollBack() }
        return
      }
      try connection.execute("COMMIT")
      for write in batch { write.settle(nil) }
    } catch {
      connection.rollBack()
      for write in batch { write.settle(error) }
    }
  }
}

/// A write in the queue, whatever its result's type.
private protocol WaitingWrite: AnyObject, Sendable {
  /// Runs the body in a savepoint of its own. Returns what it threw.
  func run(on connection: Connection) -> RoostError?
  func settle(_ failure: RoostError?)
}

private final class Write<T: Sendable>: WaitingWrite {
  private enum State {
    case waiting
    case withdrawn
    case running
    case ran(Result<T, RoostError>)
    case settled(Result<T, RoostError>)
  }

  private let body: @Sendable (Transaction) throws(RoostError) -> T
  private let state = Mutex<State>(.waiting)

  init(_ body: @escaping @Sendable (Transaction) throws(RoostError) -> T) {
    self.body = body
  }

  /// Neither settled nor withdrawn.
  var isPending: Bool {
    state.withLock { state in
      switch state {
      case .waiting, .running, .ran: true
      case .withdrawn, .settled: false
      }
    }
  }

  /// The caller has gone. If the body has not begun it never will, and this returns true.
  func withdraw() -> Bool {
    state.withLock { state in
      guard case .waiting = state else { return false }
      state = .withdrawn
      return true
    }
  }

  func run(on connection: Connection) -> RoostError? {
    let wanted = state.withLock { state in
      guard case .waiting = state else { return false }
      state = .running
      return true
    }
    guard wanted else { return nil }
    let outcome: Result<T, RoostError>
    do throws(RoostError) {
      try connection.execute("SAVEPOINT write")
      let value = try body(Transaction(connection))
      try connection.execute("RELEASE write")
      outcome = .success(value)
    } catch {
      // Undoes this body alone. If even that fails the commit will too, and says so.
      _ = Result { try connection.execute("ROLLBACK TO write; RELEASE write") }
      outcome = .failure(error)
    }
    state.withLock { $0 = .ran(outcome) }
    if case .failure(let error) = outcome { return error }
    return nil
  }

  func settle(_ failure: RoostError?) {
    state.withLock { state in
      if let failure {
        state = .settled(.failure(failure))
      } else if case .ran(let outcome) = state {
        state = .settled(outcome)
      } else {
        state = .settled(.failure(RoostError(.cancelled, "The request was cancelled.")))
      }
    }
  }

  func result() throws(RoostError) -> T {
    try state.withLock { state -> Result<T, RoostError> in
      if case .settled(let outcome) = state { return outcome }
      return .failure(RoostError(.cancelled, "The request was cancelled."))
    }.get()
  }
}
