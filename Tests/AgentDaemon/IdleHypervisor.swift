// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Synchronization

/// A host whose guests nobody touches. Its connection breaks and heals as a test wants it.
final class IdleHypervisor: Hypervisor {
  private struct State {
    var link: HypervisorEvent
    var known: [ObservedDomain]
    var readers: [AsyncStream<HypervisorEvent>.Continuation] = []
  }

  private let state: Mutex<State>

  init(known: [ObservedDomain] = [], link: HypervisorEvent = .connected) {
    state = Mutex(State(link: link, known: known))
  }

  var link: HypervisorEvent { state.withLock { $0.link } }
  /// Whether somebody follows the events.
  var isWatched: Bool { state.withLock { !$0.readers.isEmpty } }

  /// A guest turns up that was not there.
  func add(_ domain: ObservedDomain) { state.withLock { $0.known.append(domain) } }

  func tell(_ link: HypervisorEvent) {
    state.withLock { state in
      state.link = link
      for reader in state.readers { reader.yield(link) }
    }
  }

  func inventory() async throws(RoostError) -> HostInventory {
    throw RoostError(.unavailable, "not asked here")
  }
  func domains() async throws(RoostError) -> [ObservedDomain] {
    state.withLock { $0.known }
  }
  func domain(_ id: InstanceID) async throws(RoostError) -> ObservedDomain? { nil }
  func define(_ domain: DomainSpec) async throws(RoostError) {}
  func start(_ id: InstanceID, paused: Bool) async throws(RoostError) {}
  func shutdown(_ id: InstanceID) async throws(RoostError) {}
  func destroy(_ id: InstanceID) async throws(RoostError) {}
  func undefine(_ id: InstanceID) async throws(RoostError) {}

  func events() -> AsyncStream<HypervisorEvent> {
    let (stream, reader) = AsyncStream.makeStream(of: HypervisorEvent.self)
    state.withLock { state in
      state.readers.append(reader)
      reader.yield(state.link)
    }
    return stream
  }
}

/// A clock whose sleepers never wait: time leaps to when they want to wake.
final class LeapingClock: Clock {
  private let reading = Mutex(Uptime(nanoseconds: 0))

  var now: Timestamp { Timestamp(microseconds: 0) }
  var uptime: Uptime { reading.withLock { $0 } }

  func sleep(until deadline: Uptime) async throws {
    try Task.checkCancellation()
    reading.withLock { $0 = max($0, deadline) }
  }
}

/// A clock that does not wait for what happens every few minutes.
final class ImpatientClock: Clock {
  private let clock = SystemClock()
  private static let patience = Duration.seconds(20)

  var now: Timestamp { clock.now }
  var uptime: Uptime { clock.uptime }

  func sleep(until deadline: Uptime) async throws {
    try await clock.sleep(
      until: deadline < uptime + Self.patience ? deadline : uptime + .milliseconds(1))
  }
}
