// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite(.timeLimit(.minutes(10)))
struct SupervisorTests {
  private let clock = TestClock()
  private let messages = Mailbox<String>()

  private func supervisor(allowedSilence: Duration? = nil) -> Supervisor {
    Supervisor(allowedSilence: allowedSilence, clock: clock) { [messages] in messages.put($0) }
  }

  @Test func aStatusIsOneLine() async {
    let supervisor = supervisor()
    supervisor.ready("Serving\nREADY=0")
    supervisor.status("lost\r\nSTOPPING=1")
    #expect(await messages.next() == "READY=1\nSTATUS=Serving READY=0")
    #expect(await messages.next() == "STATUS=lost STOPPING=1")
  }

  @Test func aSignOfLifeComesThreeTimesInTheAllowedSilence() async throws {
    let (loop, supervisor) = (try EventLoop(name: "test"), supervisor(allowedSilence: .seconds(30)))
    defer { loop.stop() }
    let task = Task(executorPreference: loop) { await supervisor.watch() }
    for _ in 1...3 {
      #expect(await messages.next() == "WATCHDOG=1")
      await clock.untilSomebodySleeps(within: .seconds(10))
      #expect(messages.drain().isEmpty)
      clock.advance(by: .seconds(10))
    }
    task.cancel()
    await task.value
  }

  @Test func aLoopThatHangsGivesNone() async throws {
    let (loop, supervisor) = (try EventLoop(name: "test"), supervisor(allowedSilence: .seconds(30)))
    defer { loop.stop() }
    let task = Task(executorPreference: loop) { await supervisor.watch() }
    #expect(await messages.next() == "WATCHDOG=1")
    await clock.untilSomebodySleeps(within: .seconds(10))

    let hangs = Mailbox<Bool>()
    let mayGoOn = Atomic(false)
    loop.execute { [messages] in
      hangs.put(true)
      while !mayGoOn.load(ordering: .acquiring) { sched_yield() }
      messages.put("the loop goes on")
    }
    _ = await hangs.next()
    clock.advance(by: .seconds(60))
    mayGoOn.store(true, ordering: .releasing)
    #expect(await messages.next() == "the loop goes on")
    #expect(await messages.next() == "WATCHDOG=1")
    task.cancel()
    await task.value
  }

  @Test func withoutAWatchdogThereIsNothingToVouchFor() async {
    await supervisor().watch()
    #expect(messages.drain().isEmpty)
  }

  @Test func aServiceIsWatchedForAsLongAsItRuns() async throws {
    struct Service: DaemonService {
      let messages: Mailbox<String>
      let failure: RoostError?

      func run(_ supervisor: Supervisor) async throws(RoostError) {
        supervisor.ready("Here.")
        var seen: [String] = []
        while seen.count < 2 { seen.append(await messages.next()) }
        #expect(seen.contains("WATCHDOG=1"))
        if let failure { throw failure }
      }
    }
    let supervisor = supervisor(allowedSilence: .seconds(30))
    try await Service(messages: messages, failure: nil).watchedRun(supervisor)
    await #expect(throws: RoostError.self) {
      try await Service(messages: messages, failure: RoostError(.internal, "broken"))
        .watchedRun(supervisor)
    }
  }
}
