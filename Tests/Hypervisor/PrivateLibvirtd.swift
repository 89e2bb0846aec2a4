// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Hypervisor
import Lanes
import LocalCloud
import Log
import Scratch
import Testing

/// A libvirtd for one suite, in a network namespace of its own.
struct PrivateLibvirtd: Sendable {
  let host: LocalHypervisor
  private let place: TemporaryFolder

  /// The one that the suite's trait started.
  @TaskLocal static var current: PrivateLibvirtd?

  static func start() throws -> Self {
    let place = try TemporaryFolder(mode: 0o755)
    let name = place.path.split(separator: "/").last ?? ""
    return Self(
      host: try LocalHypervisor(name: String(name), folder: place.path, tree: SourceTree()),
      place: place)
  }

  var folder: String { host.folder }
  var namespace: String { host.namespace }
  var uri: String { host.uri }

  /// Sends a signal to libvirtd. SIGKILL ends it; guests go on.
  func signal(_ number: Int32) throws { try #require(kill(host.pid(), number) == 0) }

  /// A hypervisor that is connected while `body` runs.
  func withHypervisor(
    _ body:
      @Sendable (LibvirtHypervisor, inout AsyncStream<HypervisorEvent>.Iterator) async throws
      -> Void
  ) async throws {
    let hypervisor = LibvirtHypervisor(
      uri: uri, virtualization: Virtualization(.qemu, reason: "a test"),
      lanes: LanePool(name: "guest", width: 4), clock: SystemClock(),
      randomness: SystemRandomness(), log: .silent)
    try await withThrowingTaskGroup { group in
      group.addTask { await hypervisor.run() }
      var events = hypervisor.events().makeAsyncIterator()
      await pass(&events) { $0 == .connected }
      try await body(hypervisor, &events)
      group.cancelAll()
    }
  }
}

/// Reads events up to one that is awaited; the suite's time limit ends a wait in vain.
func pass(
  _ events: inout AsyncStream<HypervisorEvent>.Iterator, _ isAwaited: (HypervisorEvent) -> Bool
) async {
  while let event = await events.next(), !isAwaited(event) {}
}

/// Reads events up to a guest's new state. Why it got there may be worded differently each time: a
/// killed QEMU may be seen as destroyed or as failed.
func pass(
  _ events: inout AsyncStream<HypervisorEvent>.Iterator, _ id: InstanceID, _ state: PowerState
) async {
  await pass(&events) { event in
    if case .lifecycle(id, state, _) = event { true } else { false }
  }
}

/// Gives a suite one libvirtd: its first look at QEMU takes eight seconds.
struct WithLibvirtd: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withBlockingThread { try await withLibvirtd(function) }
  }

  private func withLibvirtd(_ function: @Sendable () async throws -> Void) async throws {
    let libvirtd = try PrivateLibvirtd.start()
    let outcome: Result<Void, any Error>
    do {
      try await PrivateLibvirtd.$current.withValue(libvirtd) { try await function() }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try libvirtd.host.stop()
    try outcome.get()
  }
}
