// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Lanes
import LocalCloud
import Processes

/// One of the echoes that are compared: its server runs, its callers can be.
struct EchoProgram: Sendable {
  /// CPU time of one call, in microseconds.
  struct Cost: Sendable {
    let client: Double
    let server: Double
  }

  private let command: [String]
  private let folder: String
  private let address: String
  private let server: RunningProcess
  private static let patience = Duration.seconds(120)

  /// Starts the server on the first CPU.
  ///
  /// - Parameter command: the program, which takes `serve` and `call` behind it.
  init(_ command: [String], folder: String) async throws(RoostError) {
    self.command = command
    self.folder = folder
    let log = "\(folder)/\(NodeID.random(from: SystemRandomness()).hex).log"
    server = try RunningProcess(Self.pinned(0, command + ["serve", folder]), log: log)
    address = try await Self.address(of: server, log: log)
  }

  func stop() { server.stop(patience: .seconds(5), clock: SystemClock()) }

  /// Makes so many calls, so many of them at once, from the last CPU.
  func measure(calls: Int, atOnce: Int) async throws(RoostError) -> Cost {
    let words = ["call", folder, address, "\(server.pid)", "\(calls)", "\(atOnce)"]
    let program = Self.pinned(max(0, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1), command + words)
    let lane = Lane(name: "caller")
    defer { lane.stop() }
    let text = try await lane.run(program.line, timeout: Self.patience) {
      () throws(RoostError) in try program.text(timeout: Self.patience, clock: SystemClock())
    }
    let times = text.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
    guard times.count == 2, let client = times.first, let server = times.last else {
      throw RoostError(.internal, "\(program.line): \"\(text)\" instead of two numbers")
    }
    let perCall = 1 / (1000 * Double(calls))
    return Cost(client: client * perCall, server: server * perCall)
  }

  private static func pinned(_ cpu: Int, _ command: [String]) -> ChildProcess {
    ChildProcess("/usr/bin/taskset", ["-c", "\(cpu)"] + command)
  }

  /// The line that a server begins with.
  private static func address(
    of server: RunningProcess, log: String
  ) async throws(RoostError) -> String {
    let clock = SystemClock()
    let deadline = clock.uptime + .seconds(30)
    while clock.uptime < deadline {
      let end = server.wait(atMost: .zero, clock: clock)
      let text = String(decoding: try SystemDisk().read(log, limit: 1 << 20) ?? [], as: UTF8.self)
      if let end { throw RoostError(.unavailable, "The server ended (\(end)): \(text)") }
      if text.contains("\n"), let line = text.split(separator: "\n").first { return String(line) }
      do { try await clock.sleep(for: .milliseconds(20)) } catch { throw .wrapping(error) }
    }
    throw RoostError(.deadlineExceeded, "The server does not say where it listens.")
  }
}

extension ChildProcess {
  /// As one would type it.
  var line: String { ([path] + arguments).joined(separator: " ") }
}
