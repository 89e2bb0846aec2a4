// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import TestSupport
import Testing

@testable import Database

/// A lane on virtual time does as one with a thread.
@Suite(.timeLimit(.minutes(1)))
struct SimulatedLaneTests {
  private let clock = TestClock()
  private let conduct: Conduct
  private let lane: SimulatedLane
  private let log = Log()

  init() {
    conduct = Conduct(clock: clock, randomness: SeededRandomness())
    lane = SimulatedLane(conduct)
  }

  private func takes(_ seconds: Int) -> Behaviour {
    Behaviour(latency: .seconds(seconds)...(.seconds(seconds)))
  }

  private func run(_ operation: String, timeout: Duration = .seconds(60)) async throws(RoostError) {
    let log = log
    try await lane.run(operation, timeout: timeout) { log.note(operation) }
  }

  /// What a call fails with.
  private func failure(
    of operation: String, timeout: Duration = .seconds(60)
  ) async -> RoostError.Kind? {
    do throws(RoostError) {
      try await run(operation, timeout: timeout)
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func callsAtOnceWhereNothingTakesTime() async throws {
    try await run("a")
    try await run("b")
    #expect(log.lines == ["a", "b"])
  }

  @Test func callsKeepTheirOrder() async throws {
    conduct.behaviours.special["slow"] = takes(10)
    async let slow: Void = run("slow")
    await clock.untilSomebodySleeps(within: .seconds(10))
    async let quick: Void = run("quick")
    await clock.untilSleepers(2)
    #expect(log.lines == [])
    clock.advance(by: .seconds(10))
    _ = try await (slow, quick)
    #expect(log.lines == ["slow", "quick"])
  }

  @Test func aCallThatNeverReturnsHoldsTheLane() async throws {
    conduct.behaviours.special["hang"] = Behaviour(hangs: 10_000)
    async let hung = failure(of: "hang", timeout: .seconds(5))
    await clock.untilSomebodySleeps(within: .seconds(5))
    async let behind = failure(of: "behind", timeout: .seconds(20))
    await clock.untilSleepers(2)
    clock.advance(by: .seconds(5))
    #expect(await hung == .deadlineExceeded)
    #expect(lane.stuckOperation == "hang")
    #expect(await failure(of: "later") == .unavailable)
    clock.advance(by: .seconds(15))
    #expect(await behind == .deadlineExceeded)
    #expect(log.lines == [])
  }

  @Test func whatEndsTooLateHasHappened() async throws {
    conduct.behaviours.special["slow"] = takes(10)
    async let slow = failure(of: "slow", timeout: .seconds(4))
    await clock.untilSomebodySleeps(within: .seconds(4))
    clock.advance(by: .seconds(4))
    #expect(await slow == .deadlineExceeded)
    #expect(log.lines == ["slow"])
    // The lane is held until it would have ended.
    async let next: Void = run("next")
    await clock.untilSomebodySleeps(within: .seconds(6))
    #expect(log.lines == ["slow"])
    clock.advance(by: .seconds(6))
    try await next
    #expect(log.lines == ["slow", "next"])
  }

  @Test func whoIsCancelledWhileWaitingIsLetGo() async throws {
    conduct.behaviours.special["slow"] = takes(10)
    async let slow: Void = run("slow")
    await clock.untilSomebodySleeps(within: .seconds(10))
    await withTaskGroup { group in
      group.addTask { await failure(of: "waits") }
      await clock.untilSleepers(2)
      group.cancelAll()
      #expect(await group.next() == .cancelled)
    }
    clock.advance(by: .seconds(10))
    try await slow
    #expect(log.lines == ["slow"])
  }

  @Test func stopRefusesAndRunsTheLastBehindTheOthers() async throws {
    conduct.behaviours.special["slow"] = takes(10)
    async let slow: Void = run("slow")
    await clock.untilSomebodySleeps(within: .seconds(10))
    let log = log
    lane.stop { log.note("last") }
    lane.stop { log.note("never") }
    #expect(await failure(of: "late") == .unavailable)
    #expect(log.lines == [])
    clock.advance(by: .seconds(10))
    try await slow
    #expect(log.lines == ["slow", "last"])
  }

  @Test func aDeadLaneRunsNothingButItsLast() async throws {
    conduct.behaviours.special["hang"] = Behaviour(hangs: 10_000)
    async let hung = failure(of: "hang", timeout: .seconds(5))
    await clock.untilSomebodySleeps(within: .seconds(5))
    let log = log
    lane.kill()
    #expect(await failure(of: "late") == .unavailable)
    lane.stop { log.note("last") }
    lane.stop { log.note("never") }
    #expect(log.lines == ["last"])
    clock.advance(by: .seconds(5))
    #expect(await hung == .deadlineExceeded)
  }

  @Test func writesThatWaitShareACommit() async throws {
    let volume = SimulatedVolume()
    let vfs = try SimulatedVFS(on: volume, clock: clock, randomness: SeededRandomness())
    let conduct = conduct
    let database = try Database.open(
      "/a.db",
      migrations: [Migration(version: 1, name: "t", sql: "CREATE TABLE t (x INTEGER) STRICT")],
      vfs: vfs.name, lanes: DatabaseLanes { _ in SimulatedLane(conduct) })
    defer { database.close() }
    conduct.behaviours.special["database write"] = takes(1)
    let flushes = Log()
    volume.onCall = { call in if call.operation == .sync { flushes.note("\(call)") } }
    try await withThrowingTaskGroup { group in
      for number in 0..<20 {
        group.addTask {
          _ = try await database.write { write throws(RoostError) in
            try write.run("INSERT INTO t VALUES (?)", .integer(Int64(number)))
          }
        }
      }
      // The first holds the lane; the others wait behind it until their deadlines.
      await clock.untilSleepers(20)
      clock.advance(by: .seconds(1))
      try await group.waitForAll()
    }
    let rows = try await database.read { read throws(RoostError) in
      try read.row("SELECT count(*) AS n FROM t")?.integer("n")
    }
    #expect(rows == 20)
    #expect(flushes.lines.count < 5)
  }
}

/// Lines that were noted, in order.
private final class Log: Sendable {
  private let state = Mutex<[String]>([])
  var lines: [String] { state.withLock { $0 } }
  func note(_ line: String) { state.withLock { $0.append(line) } }
}
