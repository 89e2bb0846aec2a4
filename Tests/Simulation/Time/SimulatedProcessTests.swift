// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import Testing

/// A run of a program that can be killed.
@Suite struct SimulatedProcessTests {
  private final class Notes: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock(\.self) }
  }

  private let timeline = Timeline(seed: 1)
  private let notes = Notes()

  private func run(_ seconds: Int64) {
    timeline.run(until: Uptime(nanoseconds: 0) + .seconds(seconds))
  }

  @Test func ofAKilledProcessNothingGoesOn() {
    let clock = SimulatedClock(timeline)
    let process = SimulatedProcess("victim", on: timeline)
    let other = SimulatedProcess("other", on: timeline)
    for each in [process, other] {
      each.start { [notes] in
        defer { notes.add("\(each.name) unwinds") }
        for second in 1...3 {
          try? await clock.sleep(for: .seconds(1))
          notes.add("\(each.name) \(second)")
        }
      }
    }
    timeline.after(.milliseconds(1500)) { process.kill() }
    run(10)
    #expect(!process.isAlive && other.isAlive)
    #expect(
      notes.all.filter { $0.hasPrefix("victim") } == ["victim 1"])
    #expect(notes.all.last == "other unwinds")
  }

  @Test func killedByItsOwnCodeItRunsToTheNextWait() {
    let clock = SimulatedClock(timeline)
    let process = SimulatedProcess("victim", on: timeline)
    process.start { [notes] in
      process.kill()
      notes.add("still here")
      try? await clock.sleep(for: .seconds(1))
      notes.add("never")
    }
    run(10)
    #expect(notes.all == ["still here"])
  }

  @Test func aKilledProcessStartsNothing() {
    let process = SimulatedProcess("victim", on: timeline)
    process.start { [notes] in notes.add("not begun") }
    process.kill()
    process.start { [notes] in notes.add("too late") }
    run(1)
    #expect(notes.all == [])
  }

  @Test func theNextRunIsAnother() {
    let first = SimulatedProcess("agent", on: timeline)
    first.kill()
    let second = SimulatedProcess("agent", on: timeline)
    second.start { [notes] in notes.add("second") }
    run(1)
    #expect(notes.all == ["second"] && second.isAlive)
  }
}
