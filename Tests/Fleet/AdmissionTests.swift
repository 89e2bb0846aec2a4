// SPDX-License-Identifier: Apache-2.0

import Base
import TestSupport
import Testing

@testable import Fleet

@Suite struct AdmissionTests {
  private let start = Uptime(nanoseconds: 1_000_000_000_000)

  @Test func aFewAtOnceDoNotWait() {
    var admission = Admission(.init(rate: 100, burst: 8))
    for _ in 1...8 { #expect(admission.ask(at: start) == .turn(after: .zero)) }
    #expect(admission.ask(at: start) == .turn(after: .milliseconds(10)))
    // After a quiet time it is as before.
    let later = start + .seconds(1)
    for _ in 1...8 { #expect(admission.ask(at: later) == .turn(after: .zero)) }
  }

  @Test func turnsComeInOrderAtTheRate() {
    var admission = Admission(.init(rate: 1000, burst: 1, patience: .milliseconds(400)))
    let waits = (0...400).map { _ in admission.ask(at: start) }
    #expect(waits == (0...400).map { .turn(after: .milliseconds(Int64($0))) })
    #expect(admission.ask(at: start) == .later(.milliseconds(401)))
    #expect(admission.ask(at: start) == .later(.milliseconds(402)))
  }

  @Test func whoIsSentAwayComesBackAtTheRate() {
    var admission = Admission(.init(rate: 1000))
    var again: [Duration] = []
    for _ in 1...10_000 {
      if case .later(let span) = admission.ask(at: start) { again.append(span) }
    }
    #expect(again == again.sorted())
    #expect(zip(again, again.dropFirst()).allSatisfy { $1 - $0 == .milliseconds(1) })
    #expect(again.count > 9000)
  }

  @Test func noMoreAreInsideThanThereIsRoomFor() {
    var admission = Admission(.init(rate: 1000, burst: 1000, capacity: 3))
    for _ in 1...3 { #expect(admission.ask(at: start) == .turn(after: .zero)) }
    guard case .later = admission.ask(at: start) else {
      Issue.record("a fourth was let in")
      return
    }
    admission.leave()
    #expect(admission.ask(at: start) == .turn(after: .zero))
  }

  /// A whole fleet comes back at once, and each does as it is told.
  @Test(arguments: [100, 1000, 5000]) func aFloodIsAdmittedAtTheRate(rate: Int64) {
    let count = 10_000
    let terms = Admission.Terms(rate: rate)
    var admission = Admission(terms)
    let random = SeededRandomness(seed: 5)
    // The next moments first; of one moment in the order of asking.
    var asking = [start: Array(0..<count)]
    var leaving: [Uptime] = []
    var turns: [Uptime] = []
    var calls = 0
    while let now = asking.keys.min(), calls < 20 * count {
      let gone = leaving.prefix { $0 <= now }.count
      for _ in 0..<gone { admission.leave() }
      leaving.removeFirst(gone)
      for node in asking.removeValue(forKey: now) ?? [] {
        calls += 1
        switch admission.ask(at: now) {
        case .turn(let wait):
          turns.append(now + wait)
          leaving.append(now + wait + .milliseconds(1))
        case .later(let span):
          // To the next ten milliseconds.
          let chance = Int64(random.number(below: UInt64(span.microseconds / 2 + 1)))
          let after = (span.microseconds + chance) / 10_000 + 1
          asking[start + .milliseconds(after * 10) + (now - start), default: []].append(node)
        }
      }
    }
    #expect(turns.count == count)
    turns.sort()
    // Never more in a second than rate and burst allow, and all of them in about the time it takes.
    for (place, turn) in turns.enumerated() where place >= Int(rate + terms.burst) + 1 {
      #expect(turn - turns[place - Int(rate + terms.burst) - 1] >= .milliseconds(999))
    }
    let least = Double(count) / Double(rate)
    #expect((turns[count - 1] - start).inSeconds < 2 * least + 2)
    #expect(calls < 4 * count)
  }
}
