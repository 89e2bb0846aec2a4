// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc

/// `roost-bench echo`: the two ends of an echo as processes of their own, which the suite `wire` runs
/// and measures, and everybody can under a profiler. docs/benchmarks.md has its usage.
enum EchoCommand {
  /// What is echoed, in bytes.
  static let messageBytes = 200

  /// Which echo.
  enum Kind: String {
    /// A unary call through Roost's wire.
    case roost
    /// Four bytes of length and a payload.
    case bare
  }

  static let usage = """
    Usage: roost-bench echo roost|bare serve FOLDER
           roost-bench echo roost|bare call FOLDER ADDRESS SERVER CALLS AT_ONCE
    """

  /// Serves until it is ended, or makes calls and prints what they cost at either end.
  static func run(_ words: [String]) async throws(RoostError) {
    guard words.count > 2, let kind = Kind(rawValue: words[0]) else {
      throw RoostError(.badRequest, usage)
    }
    let folder = words[2]
    let loop = try EventLoop(name: "echo")
    if words[1] == "serve", words.count == 3 {
      switch kind {
      case .roost: try await RoostEcho(folder, loop).serve(bound: tell)
      case .bare: try BareEcho(folder, loop).serve(bound: tell)
      }
      return
    }
    guard words[1] == "call", words.count == 7, let server = pid_t(words[4]),
      let calls = Int(words[5]), calls > 0, let atOnce = Int(words[6]), (1...1024).contains(atOnce)
    else { throw RoostError(.badRequest, usage) }
    let caller: any EchoCaller =
      switch kind {
      case .roost: try await RoostEcho(folder, loop).dial(words[3])
      case .bare: try BareEcho(folder, loop).dial(words[3])
      }
    let served = try CPUTime(of: server)
    try await caller.make(calls / 10 + 1, atOnce: atOnce)
    let (ours, theirs) = (try CPUTime.own.read(), try served.read())
    try await caller.make(calls, atOnce: atOnce)
    tell("\(try CPUTime.own.read() - ours) \(try served.read() - theirs)")
  }

  /// At once, for whoever reads a pipe or a file.
  private static func tell(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }
}

/// A connection to an echo.
protocol EchoCaller: Sendable {
  /// Makes so many calls, so many of them at once, and returns when all are answered.
  func make(_ calls: Int, atOnce: Int) async throws(RoostError)
}
