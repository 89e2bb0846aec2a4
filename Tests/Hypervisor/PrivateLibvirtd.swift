// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Lanes
import Log
import Processes
import Testing

/// A libvirtd for one suite, in a network namespace of its own.
struct PrivateLibvirtd: Sendable {
  let folder: String
  let namespace: String
  let uri: String

  /// The one that the suite's trait started.
  @TaskLocal static var current: PrivateLibvirtd?

  static func start() throws -> Self {
    let mark = SystemRandomness().bytes(4).map { String($0, radix: 16) }.joined()
    let folder = "/tmp/roost-hv-\(mark)"
    let namespace = "roost-hv-\(mark)"
    try command("/usr/sbin/ip", "netns", "add", namespace)
    try SystemDisk().makeFolder(folder, mode: 0o755)
    let uri = try command("/bin/bash", script, "start", folder, namespace)
    return Self(
      folder: folder, namespace: namespace,
      uri: String(uri.split(separator: "\n").last ?? ""))
  }

  func stop() throws {
    try command("/bin/bash", script, "stop", folder)
    try command("/usr/sbin/ip", "netns", "del", namespace)
    try command("/bin/rm", "-r", folder)
  }

  /// Ends libvirtd by SIGKILL; guests go on.
  func kill() throws { try command("/bin/bash", script, "kill", folder) }

  func startAgain() throws { try command("/bin/bash", script, "start", folder, namespace) }

  /// Stops libvirtd's process, or lets it go on.
  func signal(_ name: String) throws {
    let pid = try SystemDisk().read("\(folder)/libvirtd.pid", limit: 32) ?? []
    try command(
      "/bin/kill", "-\(name)",
      String(String(decoding: pid, as: UTF8.self).split(separator: "\n")[0]))
  }

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

@discardableResult
func command(_ path: String, _ arguments: String...) throws -> String {
  let result = try ChildProcess(path, arguments).run(timeout: .seconds(60), clock: SystemClock())
  try #require(
    result.succeeded,
    "\(path) \(arguments): \(result.end) \(String(decoding: result.errors, as: UTF8.self))")
  return String(decoding: result.output, as: UTF8.self)
}

private let script =
  #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
  + "/Scripts/private-libvirtd"

/// Gives a suite one libvirtd: its first look at QEMU takes eight seconds.
struct WithLibvirtd: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let libvirtd = try PrivateLibvirtd.start()
    let outcome: Result<Void, any Error>
    do {
      try await PrivateLibvirtd.$current.withValue(libvirtd) { try await function() }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try libvirtd.stop()
    try outcome.get()
  }
}
