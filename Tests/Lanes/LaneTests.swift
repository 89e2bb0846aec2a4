// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Lanes
import Synchronization
import Testing

@Suite struct LaneTests {
  @Test func runsInOrderOnAThreadOfItsOwn() async throws {
    let lane = Lane(name: "test")
    let seen = Mutex<[Int]>([])
    let here = pthread_self()
    for number in 0..<50 {
      let there = try await lane.run("note", timeout: .seconds(10)) { () throws(RoostError) in
        seen.withLock { $0.append(number) }
        return pthread_self()
      }
      #expect(there != here)
    }
    #expect(seen.withLock { $0 } == Array(0..<50))
  }

  @Test func passesErrorsOn() async {
    let lane = Lane(name: "test")
    let error = await #expect(throws: RoostError.self) {
      try await lane.run("fail", timeout: .seconds(10)) { () throws(RoostError) in
        throw RoostError(.notFound, "nothing here")
      }
    }
    #expect(error?.kind == .notFound)
  }

  @Test func aCallPastItsDeadlineCostsItsLaneOnly() async throws {
    let pool = LanePool(name: "test", width: 2)
    let gate = Gate()
    // Two keys that meet different lanes.
    let keys = ["a", "b"]
    let hung = await #expect(throws: RoostError.self) {
      try await pool.lane(for: keys[0]).run("hang", timeout: .milliseconds(20)) {
        () throws(RoostError) in gate.wait()
      }
    }
    #expect(hung?.kind == .deadlineExceeded)
    #expect(pool.stuckOperations == ["hang"])
    let refused = await #expect(throws: RoostError.self) {
      try await pool.lane(for: keys[0]).run("next", timeout: .seconds(10)) {
        () throws(RoostError) in
      }
    }
    #expect(refused?.kind == .unavailable)
    #expect(refused?.operator?.contains("hang") == true)
    let neighbour = try await pool.lane(for: keys[1]).run("work", timeout: .seconds(10)) {
      () throws(RoostError) in 42
    }
    #expect(neighbour == 42)
    gate.open()
    var tries = 0
    while pool.stuck > 0, tries < 1000 {
      tries += 1
      usleep(1000)
    }
    #expect(pool.stuck == 0)
    let after = try await pool.lane(for: keys[0]).run("after", timeout: .seconds(10)) {
      () throws(RoostError) in 1
    }
    #expect(after == 1)
  }

  @Test func dropsWaitingWorkWhoseDeadlinePassed() async throws {
    let lane = Lane(name: "test")
    let gate = Gate()
    let began = Gate()
    let ran = Mutex(false)
    async let first: Void = lane.run("first", timeout: .seconds(30)) { () throws(RoostError) in
      began.open()
      gate.wait()
    }
    await began.opens()
    let late = await #expect(throws: RoostError.self) {
      try await lane.run("second", timeout: .milliseconds(20)) { () throws(RoostError) in
        ran.withLock { $0 = true }
      }
    }
    #expect(late?.kind == .deadlineExceeded)
    // It only waited: the call before it is within its own deadline.
    #expect(lane.stuckOperation == nil)
    gate.open()
    try await first
    try await lane.run("third", timeout: .seconds(30)) { () throws(RoostError) in }
    #expect(!ran.withLock { $0 })
  }

  @Test func answersEachCallOnceAtItsDeadline() async {
    let lane = Lane(name: "test")
    // A continuation resumed twice stops the process.
    for _ in 0..<300 {
      _ = try? await lane.run("race", timeout: .microseconds(300)) { () throws(RoostError) in
        usleep(200)
      }
    }
  }

  @Test func preparesItsThreadBeforeTheFirstCall() async throws {
    let seen = Mutex<[String]>([])
    let prepared = Mutex<pthread_t?>(nil)
    let lane = Lane(name: "test") {
      seen.withLock { $0.append("prepare") }
      prepared.withLock { $0 = pthread_self() }
    }
    let thread = try await lane.run("call", timeout: .seconds(10)) { () throws(RoostError) in
      seen.withLock { $0.append("call") }
      return pthread_self()
    }
    #expect(seen.withLock { $0 } == ["prepare", "call"])
    #expect(prepared.withLock { $0 } == thread)
  }

  @Test func finishesWhatWaitsWhenStopped() async throws {
    let lane = Lane(name: "test")
    let gate = Gate()
    let began = Gate()
    async let held = lane.run("held", timeout: .seconds(30)) { () throws(RoostError) in
      began.open()
      gate.wait()
      return 1
    }
    await began.opens()
    lane.stop()
    gate.open()
    #expect(try await held == 1)
  }

  @Test func refusesAfterStopAndRunsTheLastWord() async throws {
    let lane = Lane(name: "test")
    await withCheckedContinuation { continuation in
      lane.stop { continuation.resume() }
    }
    let error = await #expect(throws: RoostError.self) {
      try await lane.run("late", timeout: .seconds(1)) { () throws(RoostError) in }
    }
    #expect(error?.kind == .unavailable)
  }

  @Test func sameKeySameLane() {
    let pool = LanePool(name: "test", width: 4)
    let one = pool.lane(for: "instance-1") as? Lane
    #expect(one != nil && one === pool.lane(for: "instance-1") as? Lane)
  }
}

/// Holds a thread until opened.
final class Gate: Sendable {
  private let opened = Mutex(false)

  func open() { opened.withLock { $0 = true } }

  /// Leaves the cooperative threads free, unlike `wait`.
  func opens() async {
    while !opened.withLock({ $0 }) { await Task.yield() }
  }

  func wait() {
    while !opened.withLock({ $0 }) { usleep(500) }
  }
}
