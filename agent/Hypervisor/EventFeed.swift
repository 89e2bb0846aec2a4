// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Hands each event to every reader. A new reader is first told whether the hypervisor answers.
public final class EventFeed: Sendable {
  /// Events kept for a reader that is slow; the oldest go first.
  static let backlog = 4096

  private struct State {
    var connection: HypervisorEvent
    var readers: [(id: UInt64, continuation: AsyncStream<HypervisorEvent>.Continuation)] = []
    var nextID: UInt64 = 0
  }

  private let state: Mutex<State>

  /// A feed of a hypervisor that does not answer yet, and why.
  public init(disconnected reason: String) {
    state = Mutex(State(connection: .disconnected(reason: reason)))
  }

  /// What happens from now on, for one more reader.
  public func stream() -> AsyncStream<HypervisorEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: HypervisorEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
    let id = state.withLock { state in
      state.nextID += 1
      state.readers.append((state.nextID, continuation))
      continuation.yield(state.connection)
      return state.nextID
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.readers.removeAll { $0.id == id } }
    }
    return stream
  }

  /// The same state of the connection twice is told once.
  public func tell(_ event: HypervisorEvent) {
    state.withLock { state in
      switch event {
      case .connected, .disconnected:
        if state.connection == event { return }
        state.connection = event
      case .lifecycle: break
      }
      for reader in state.readers { reader.continuation.yield(event) }
    }
  }
}
