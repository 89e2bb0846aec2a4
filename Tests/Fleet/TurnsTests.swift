// SPDX-License-Identifier: Apache-2.0

import Base
import TestSupport
import Testing

@testable import Fleet

@Suite struct TurnsTests {
  private let start = Uptime(nanoseconds: 1_000_000_000_000)

  @Test func aFewAtOnceDoNotWait() {
    var turns = Turns(.init(rate: 100, burst: 8))
    for _ in 1...8 { #expect(turns.ask(at: start) == .turn(after: .zero)) }
    #expect(turns.ask(at: start) == .turn(after: .milliseconds(10)))
    // After a quiet time it is as before.
    let later = start + .seconds(1)
    for _ in 1...8 { #expect(turns.ask(at: later) == .turn(after: .zero)) }
  }

  @Test func turnsComeInOrderAtTheRate() {
    var turns = Turns(.init(rate: 1000, burst: 1, patience: .milliseconds(400)))
    let waits = (0...400).map { _ in turns.ask(at: start) }
    #expect(waits == (0...400).map { .turn(after: .milliseconds(Int64($0))) })
    #expect(turns.ask(at: start) == .later(.milliseconds(401)))
    #expect(turns.ask(at: start) == .later(.milliseconds(402)))
  }

  @Test func whoIsSentAwayComesBackAtTheRate() {
    var turns = Turns(.init(rate: 1000))
    var again: [Duration] = []
    for _ in 1...10_000 {
      if case .later(let span) = turns.ask(at: start) { again.append(span) }
    }
    #expect(again == again.sorted())
    #expect(zip(again, again.dropFirst()).allSatisfy { $1 - $0 == .milliseconds(1) })
    #expect(again.count > 9000)
  }

  @Test func noMoreAreInsideThanThereIsRoomFor() {
    var turns = Turns(.init(rate: 1000, burst: 1000, capacity: 3))
    for _ in 1...3 { #expect(turns.ask(at: start) == .turn(after: .zero)) }
    guard case .later = turns.ask(at: start) else {
      Issue.record("a fourth was let in")
      return
    }
    turns.leave()
    #expect(turns.ask(at: start) == .turn(after: .zero))
  }

  /// A whole fleet comes back at once, and each does as it is told.
  @Test(arguments: [100, 1000, 5000]) func aFloodIsAdmittedAtTheRate(rate: Int64) {
    let count = 10_000
    let terms = Turns.Terms(rate: rate)
    var turns = Turns(terms)
    let random = SeededRandomness(seed: 5)
    // The next moments first; of one moment in the order of asking.
    var asking = [start: Array(0..<count)]
    var leaving: [Uptime] = []
    var given: [Uptime] = []
    var calls = 0
    while let now = asking.keys.min(), calls < 20 * count {
      let gone = leaving.prefix { $0 <= now }.count
      for _ in 0..<gone { turns.leave() }
      leaving.removeFirst(gone)
      for node in asking.removeValue(forKey: now) ?? [] {
        calls += 1
        switch turns.ask(at: now) {
        case .turn(let wait):
          given.append(now + wait)
          leaving.append(now + wait + .milliseconds(1))
        case .later(let span):
          // To the next ten milliseconds.
          let chance = Int64(random.number(below: UInt64(span.microseconds / 2 + 1)))
          let after = (span.microseconds + chance) / 10_000 + 1
          asking[start + .milliseconds(after * 10) + (now - start), default: []].append(node)
        }
      }
    }
    #expect(given.count == count)
    given.sort()
    // Never more in a second than rate and burst allow, and all of them in about the time it takes.
    for (place, turn) in given.enumerated() where place >= Int(rate + terms.burst) + 1 {
      #expect(turn - given[place - Int(rate + terms.burst) - 1] >= .milliseconds(999))
    }
    let least = Double(count) / Double(rate)
    #expect((given[count - 1] - start).inSeconds < 2 * least + 2)
    #expect(calls < 4 * count)
  }
}
