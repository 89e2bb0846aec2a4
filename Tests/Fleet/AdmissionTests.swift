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
    var asking: [(at: Uptime, node: Int)] = (0..<count).map { (start, $0) }
    var leaving: [Uptime] = []
    var turns: [Uptime] = []
    var calls = 0
    while !asking.isEmpty {
      asking.sort { $0.at > $1.at || ($0.at == $1.at && $0.node > $1.node) }
      guard let (now, node) = asking.popLast() else { break }
      for _ in leaving where leaving.first.map({ $0 <= now }) == true {
        leaving.removeFirst()
        admission.leave()
      }
      calls += 1
      switch admission.ask(at: now) {
      case .turn(let wait):
        turns.append(now + wait)
        leaving.append(now + wait + .milliseconds(1))
      case .later(let span):
        let chance = Int64(random.number(below: UInt64(span.microseconds / 2 + 1)))
        asking.append((now + span + .microseconds(chance), node))
      }
      if calls > 20 * count { break }
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
