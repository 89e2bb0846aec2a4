// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Simulation
import Synchronization
import Testing

/// Virtual time: what happens when, and in which order.
@Suite struct TimelineTests {
  private final class Notes: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock(\.self) }
  }

  private let notes = Notes()

  private func at(_ seconds: Int64) -> Uptime { Uptime(nanoseconds: 0) + .seconds(seconds) }

  @Test func theEarliestComesFirstAndOfOneMomentWhatWasAddedFirst() {
    let timeline = Timeline(seed: 1)
    for (name, second) in [("d", 3), ("a", 1), ("b", 2), ("c", 2)] {
      timeline.at(at(Int64(second))) { [notes] in notes.add("\(name) \(timeline.now.nanoseconds)") }
    }
    timeline.run(until: at(2))
    #expect(notes.all == ["a 1000000000", "b 2000000000", "c 2000000000"])
    #expect(timeline.now == at(2))
    timeline.run(until: at(10))
    #expect(notes.all.last == "d 3000000000")
    #expect(timeline.now == at(10))
  }

  @Test func whatIsPastComesAtOnceAndTimeNeverGoesBack() {
    let timeline = Timeline(seed: 1)
    timeline.run(until: at(5))
    timeline.at(at(1)) { [notes] in notes.add("past \(timeline.now.nanoseconds)") }
    timeline.after(.seconds(-3)) { [notes] in notes.add("negative \(timeline.now.nanoseconds)") }
    timeline.run(until: at(2))
    #expect(notes.all == [] && timeline.now == at(5))
    timeline.run(until: at(5))
    #expect(notes.all == ["past 5000000000", "negative 5000000000"])
  }

  @Test func whatIsCalledOffDoesNotCome() {
    let timeline = Timeline(seed: 1)
    // So many that those called off are cleared away in between.
    let tickets = (0..<500).map { number in
      timeline.after(.milliseconds(Int64(number % 7))) { [notes] in notes.add("\(number)") }
    }
    for (number, ticket) in tickets.enumerated() where number % 5 != 0 { timeline.cancel(ticket) }
    timeline.run(until: at(1))
    let expected = (0..<7).flatMap { remainder in
      (0..<500).filter { $0 % 7 == remainder && $0 % 5 == 0 }
    }
    #expect(notes.all == expected.map { "\($0)" })
    timeline.cancel(tickets[0])
  }

  @Test func timeStandsStillWhileALoopHasWork() {
    let timeline = Timeline(seed: 1)
    let loop = timeline.makeLoop()
    @Sendable func goOn(_ rounds: Int) {
      notes.add("\(rounds) \(timeline.now.nanoseconds)")
      if rounds > 0 { loop.execute { goOn(rounds - 1) } }
    }
    timeline.after(.seconds(1)) { loop.execute { goOn(2) } }
    timeline.after(.seconds(1)) { [notes] in notes.add("due") }
    timeline.after(.seconds(2)) { [notes] in notes.add("later") }
    timeline.run(until: at(3))
    #expect(notes.all == ["2 1000000000", "1 1000000000", "0 1000000000", "due", "later"])
  }

  @Test func stopsWhereItIsToldTo() {
    let timeline = Timeline(seed: 1)
    for number in 1...5 {
      timeline.after(.seconds(Int64(number))) { [notes] in notes.add("\(number)") }
    }
    timeline.run(until: at(10)) { notes.all.count < 2 }
    #expect(notes.all == ["1", "2"] && timeline.now == at(2))
    timeline.run(until: at(10))
    #expect(notes.all.count == 5)
  }

  /// Processes that wake each other, for a while.
  private func history(seed: UInt64) -> (lines: [String], steps: UInt64) {
    let timeline = Timeline(seed: seed)
    let notes = Notes()
    for name in ["a", "b", "c", "d"] {
      let process = SimulatedProcess(name, on: timeline)
      let clock = SimulatedClock(timeline)
      process.start {
        for round in 0..<20 {
          notes.add("\(name)\(round)")
          try? await clock.sleep(for: .milliseconds(10))
          await Task.yield()
        }
      }
    }
    timeline.run(until: Uptime(nanoseconds: 0) + .seconds(1))
    return (notes.all, timeline.steps)
  }

  @Test func theSeedDecidesWhoIsFirst() {
    let (one, again, other) = (history(seed: 7), history(seed: 7), history(seed: 8))
    #expect(one.lines == again.lines && one.steps == again.steps)
    #expect(one.lines.count == 80)
    #expect(one.lines != other.lines && one.lines.sorted() == other.lines.sorted())
  }
}
