// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Processes
import Testing

@Suite struct ChildProcessTests {
  private func run(
    _ path: String, _ arguments: [String], limit: Int = 1 << 20, timeout: Duration = .seconds(20)
  ) throws -> ChildProcess.Result {
    try ChildProcess(path, arguments, outputLimit: limit)
      .run(timeout: timeout, clock: SystemClock())
  }

  @Test func givesOutputErrorsAndStatus() throws {
    let result = try run("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"])
    #expect(result.end == .exited(3))
    #expect(String(decoding: result.output, as: UTF8.self) == "out\n")
    #expect(String(decoding: result.errors, as: UTF8.self) == "err\n")
  }

  @Test func passesArgumentsUnchanged() throws {
    let odd = ["a b", "$HOME", "'\"", "", "-n"]
    let result = try run("/usr/bin/printf", ["[%s]"] + odd)
    #expect(
      String(decoding: result.output, as: UTF8.self) == odd.map { "[\($0)]" }.joined())
  }

  @Test func namesASignal() throws {
    #expect(try run("/bin/sh", ["-c", "kill -9 $$"]).end == .signalled(9))
  }

  @Test func killsTheWholeGroupWhenTimeIsUp() throws {
    // The grandchild would hold the pipe open for a minute if it lived.
    let result = try run(
      "/bin/sh", ["-c", "sleep 60 & echo $!; wait"], timeout: .milliseconds(300))
    #expect(result.end == .timedOut)
    let text = String(decoding: result.output, as: UTF8.self).dropLast()
    let grandchild = try #require(pid_t(text))
    // The kernel may need a moment to end it, and nobody here may reap it.
    while let status = try SystemDisk().read("/proc/\(grandchild)/status", limit: 65536),
      !String(decoding: status, as: UTF8.self).contains("State:\tZ")
    { sched_yield() }
  }

  @Test func endsAChildThatWritesTooMuch() throws {
    let result = try run("/bin/sh", ["-c", "while :; do echo much; done"], limit: 1000)
    #expect(result.end == .outputTooLarge)
    #expect(result.output.count == 1000)
  }

  @Test func dropsErrorsOverTheLimit() throws {
    let result = try run("/bin/sh", ["-c", "head -c 200000 /dev/zero >&2"], limit: 1000)
    #expect(result.end == .exited(0))
    #expect(result.errors.count == 1000)
  }

  @Test func readsMoreThanAPipeHolds() throws {
    let result = try run("/bin/sh", ["-c", "head -c 300000 /dev/zero"])
    #expect(result.succeeded)
    #expect(result.output.count == 300_000)
  }

  @Test func inheritsNothing() throws {
    let held = open("/dev/null", O_RDONLY)
    defer { close(held) }
    let result = try run("/bin/sh", ["-c", "echo /proc/self/fd/*; env"])
    let text = String(decoding: result.output, as: UTF8.self)
    // The shell itself opens one more while it lists the folder.
    #expect(text.hasPrefix("/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2"))
    #expect(!text.contains("/proc/self/fd/\(held) "))
    #expect(!text.contains("HOME="))
  }

  @Test func saysWhatCouldNotBeRun() throws {
    let error = try #require(throws: RoostError.self) { try run("/no/such/program", []) }
    #expect(error.description.contains("/no/such/program"))
  }
}
