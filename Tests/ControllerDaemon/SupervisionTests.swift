// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Lanes
import LocalCloud
import Processes
import Scratch
import TestSupport
import Testing

/// The program itself under something that listens as systemd does.
@Suite(.timeLimit(.minutes(10)))
struct SupervisionTests {
  @Test func theProgramSaysThatItIsReadyAliveAndStopping() async throws {
    let (folder, tree, clock) = (try TemporaryFolder(), try SourceTree(), SystemClock())
    let configuration = folder.file("controller.yaml")
    try tree.run("roostctl", ["ca", "init", "--folder", folder.file("ca")])
    try tree.run(
      "roostctl",
      ["ca", "controller", "--folder", folder.file("ca"), "--out", folder.path, "--host", "::1"])
    try SystemDisk().replace(
      configuration,
      with: Array(
        """
        state_folder: \(folder.file("state"))
        api: {address: "127.0.0.1:0"}
        wire:
          address: 127.0.0.1:0
          certificate: \(folder.file("controller.crt"))
          key: \(folder.file("controller.key"))
          ca: \(folder.file("ca.crt"))
        """.utf8), mode: 0o644)
    try tree.run("roost-controller", ["init", "--config", configuration])

    let socket = try NotifySocket(path: folder.file("notify"))
    let daemon = try RunningProcess(
      ChildProcess(
        "\(tree.programs)/roost-controller", ["--config", configuration],
        environment: ["NOTIFY_SOCKET=\(socket.path)", "WATCHDOG_USEC=300000"]),
      log: folder.file("log"))
    defer { daemon.stop(patience: .zero, clock: clock) }
    let lane = Lane(name: "supervise")
    func heard(_ wanted: String) async throws -> String {
      try await lane.run("listen", timeout: .seconds(60)) { () throws(RoostError) in
        try socket.message(containing: wanted)
      }
    }
    let ready = try await heard("READY=1")
    #expect(ready.contains("STATUS=Serving the API on http://127.0.0.1:"))
    _ = try await heard("WATCHDOG=1")
    _ = try await heard("WATCHDOG=1")
    daemon.signal(SIGTERM)
    _ = try await heard("STOPPING=1")
    #expect(daemon.wait(atMost: .seconds(20), clock: clock) == .exited(0))
  }
}

/// A datagram socket that a program is told of in NOTIFY_SOCKET.
private final class NotifySocket: Sendable {
  let path: String
  private let descriptor: Int32

  init(path: String) throws(RoostError) {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket", errno: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw .system("bind \(path)", errno: errno) }
    // A program that says nothing must fail the test, not hang it.
    var patience = timeval(tv_sec: 50, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// The next message with a text in it; blocks.
  func message(containing text: String) throws(RoostError) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw .system("wait for \(text)", errno: errno) }
      let message = String(decoding: buffer[..<count], as: UTF8.self)
      if message.contains(text) { return message }
    }
  }
}
