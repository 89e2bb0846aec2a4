// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import Testing

/// A machine's clock on virtual time.
@Suite struct SimulatedClockTests {
  private let timeline = Timeline(seed: 1)
  private let process: SimulatedProcess
  private let start = Uptime(nanoseconds: 0)

  init() { process = SimulatedProcess("test", on: timeline) }

  /// When, in timeline's seconds, a sleep of so long ended; nil if it has not.
  private final class Alarm: Sendable {
    private let time = Mutex<Double?>(nil)
    private let failure = Mutex<String?>(nil)

    var rang: Double? { time.withLock(\.self) }
    var failed: String? { failure.withLock(\.self) }
    func ring(_ at: Uptime) { time.withLock { $0 = Double(at.nanoseconds) / 1e9 } }
    func fail(_ error: any Error) { failure.withLock { $0 = "\(error)" } }
  }

  private func sleep(_ clock: SimulatedClock, _ span: Duration) -> Alarm {
    let alarm = Alarm()
    process.start { [timeline] in
      do {
        try await clock.sleep(for: span)
        alarm.ring(timeline.now)
      } catch { alarm.fail(error) }
    }
    return alarm
  }

  private func run(_ seconds: Int64) { timeline.run(until: start + .seconds(seconds)) }

  @Test func sleepsForVirtualTime() {
    let clock = SimulatedClock(timeline, bootedAt: .seconds(100))
    #expect(clock.uptime == start + .seconds(100))
    let alarm = sleep(clock, .seconds(30))
    run(29)
    #expect(alarm.rang == nil)
    run(31)
    #expect(alarm.rang == 30)
    #expect(clock.uptime == start + .seconds(131))
  }

  @Test(arguments: [(10_000, 99.0), (-10_000, 101.0)])
  func aDriftingClockWakesByItsOwnTime(_ partsPerMillion: Int64, _ expected: Double) throws {
    let clock = SimulatedClock(timeline, bootedAt: .zero)
    clock.setDrift(partsPerMillion: partsPerMillion)
    let alarm = sleep(clock, .seconds(100))
    run(200)
    let rang = try #require(alarm.rang)
    #expect(abs(rang - expected) < 0.02)
    // Never early by its own clock.
    #expect(rang * (1 + Double(partsPerMillion) / 1e6) >= 100)
    let shown = Double(clock.uptime.nanoseconds) / 1e9
    #expect(abs(shown - 200 * (1 + Double(partsPerMillion) / 1e6)) < 0.001)
  }

  @Test func aChangeOfRateReachesWhoSleepsAlready() throws {
    let clock = SimulatedClock(timeline, bootedAt: .zero)
    let alarm = sleep(clock, .seconds(100))
    run(50)
    let before = clock.uptime
    clock.setDrift(partsPerMillion: 1_000_000)
    #expect(clock.uptime == before)
    run(200)
    #expect(abs(try #require(alarm.rang) - 75) < 0.01)
  }

  @Test func aJumpMovesCivilTimeAlone() {
    let clock = SimulatedClock(timeline)
    let alarm = sleep(clock, .seconds(10))
    run(5)
    let (civil, uptime) = (clock.now, clock.uptime)
    clock.jump(by: .seconds(86_400))
    #expect(clock.now == civil + .seconds(86_400) && clock.uptime == uptime)
    clock.jump(by: .seconds(-2 * 86_400))
    #expect(clock.now == civil + .seconds(-86_400))
    run(20)
    #expect(alarm.rang == 10)
  }

  @Test func civilTimePassesWithUptime() {
    let clock = SimulatedClock(timeline)
    let begin = clock.now
    run(7)
    #expect(clock.now == begin + .seconds(7))
  }

  @Test func aCancelledSleepEndsAtOnce() {
    let clock = SimulatedClock(timeline)
    let (alarm, other) = (Alarm(), sleep(clock, .seconds(20)))
    process.start { [timeline] in
      let sleeper = Task(executorPreference: process.loop) {
        do { try await clock.sleep(for: .seconds(20)) } catch { alarm.fail(error) }
        alarm.ring(timeline.now)
      }
      try? await clock.sleep(for: .seconds(5))
      sleeper.cancel()
    }
    run(60)
    #expect(alarm.rang == 5 && alarm.failed == "CancellationError()")
    #expect(other.rang == 20)
  }

  @Test func whoIsCancelledAlreadyDoesNotSleep() {
    let clock = SimulatedClock(timeline)
    let alarm = Alarm()
    process.start { [timeline] in
      withUnsafeCurrentTask { $0?.cancel() }
      do { try await clock.sleep(for: .seconds(20)) } catch { alarm.fail(error) }
      alarm.ring(timeline.now)
    }
    run(60)
    #expect(alarm.rang == 0 && alarm.failed == "CancellationError()")
  }
}
