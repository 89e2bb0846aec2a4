// SPDX-License-Identifier: Apache-2.0

import Base
import Fleet
import NodeProtocol
import StateDigest
import TestSupport
import Testing

/// The exchange of digests, with both ends as values.
@Suite struct ResumptionTests {
  /// What one round of the exchange sends, and all of it together.
  private struct Exchange {
    var held: [Held]
    var named: Set<InstanceID> = []
    var rounds = 0
    var bytes = 0
  }

  /// Goes on as an agent does until the controller knows what is held.
  private func exchange(_ holding: [Held], _ records: [Held]) throws -> Exchange {
    var named = Buckets()
    var result = Exchange(held: [])
    while true {
      result.rounds += 1
      var request = ResumeRequest()
      request.heldDigest =
        StateDigest(holding.map { EntryDigest(holding: $0.instanceID, $0.generation) }).bytes
      request.observedDigest = StateDigest().bytes
      request.namedBuckets = named.rawValue
      request.registration.held = holding.filter { named.hold($0.instanceID) }
      result.named.formUnion(request.registration.held.map(\.instanceID))
      result.bytes += request.encoded.count
      let received = try ResumeRequest(decoding: request.encoded)
      switch try #require(Resumption(received)).held(onRecord: records) {
      case .complete(let held):
        result.held = held
        return result
      case .wanted(let buckets):
        try #require(result.rounds < 3 && named.isDisjoint(with: buckets))
        named.formUnion(buckets)
      }
    }
  }

  private func held(_ random: SeededRandomness) -> Held {
    var held = Held()
    held.instanceID = .random(from: random)
    held.generation = Generation(epoch: 1, number: 1 + random.number(below: 1000))
    held.target = .running
    return held
  }

  private func facts(_ held: [Held]) -> Set<String> {
    Set(held.map { "\($0.instanceID) \($0.generation)" })
  }

  @Test(arguments: 1...200) func whateverDiffersTheControllerKnowsAllThatIsHeld(seed: UInt64) throws
  {
    let random = SeededRandomness(seed: seed)
    let common = (0..<random.number(below: 80)).map { _ in held(random) }
    var (holding, records) = (common, common)
    // Changed on one side, gone from one side, known to one side only.
    for _ in 0..<random.number(below: 6) where !holding.isEmpty {
      let place = Int(random.number(below: UInt64(holding.count)))
      switch random.number(below: 3) {
      case 0: holding[place].generation = Generation(epoch: 2, number: random.number(below: 9))
      case 1: holding.remove(at: place)
      default: records.removeAll { $0.instanceID == holding[place].instanceID }
      }
    }
    holding += (0..<random.number(below: 3)).map { _ in held(random) }
    records += (0..<random.number(below: 3)).map { _ in held(random) }
    let result = try exchange(holding, records)
    #expect(facts(result.held) == facts(holding))
    #expect(result.held.count == holding.count)
    // What differs was named with its target; what is in a bucket without a difference was not.
    let onRecord = facts(records)
    let differing = holding.filter { !onRecord.contains("\($0.instanceID) \($0.generation)") }
    #expect(result.named.isSuperset(of: differing.map(\.instanceID)))
    let lost = records.filter { one in !holding.contains { $0.instanceID == one.instanceID } }
    let touched = Set((differing + lost).map { Buckets(of: $0.instanceID) })
    #expect(result.named.allSatisfy { touched.contains(Buckets(of: $0)) })
    #expect(result.rounds == (touched.isEmpty ? 1 : 2))
  }

  @Test func whatIsEqualDoesNotTravel() throws {
    let random = SeededRandomness(seed: 7)
    let holding = (0..<1000).map { _ in held(random) }
    let equal = try exchange(holding, holding)
    #expect(equal.named.isEmpty)
    #expect(equal.bytes < 600)
    var full = RegisterRequest()
    full.held = holding
    #expect(full.encoded.count > 25_000)
    // One that differs costs its sixteenth.
    var records = holding
    records[0].generation = Generation(epoch: 3, number: 1)
    let one = try exchange(holding, records)
    #expect(one.named.contains(holding[0].instanceID))
    #expect(one.named.count < 100 && one.bytes < 5000)
  }

  @Test func aNodeIsToldWhichOfItsReportsAreRecorded() throws {
    let random = SeededRandomness(seed: 3)
    let reports = (0..<100).map { number in
      var report = Observation()
      report.instanceID = .random(from: random)
      report.phase = .settled
      report.powerState = UInt32(number % 2)
      return report
    }
    var observed = reports
    observed[5].powerState = 6
    var request = ResumeRequest()
    request.heldDigest = StateDigest().bytes
    request.observedDigest = StateDigest(observed.map { EntryDigest($0) }).bytes
    let resumption = try #require(Resumption(request))
    let recorded = resumption.unlike(reports.map { EntryDigest($0) })
    let bucket = Buckets(of: reports[5].instanceID)
    #expect(recorded.buckets == bucket)
    #expect(
      Set(recorded.reports)
        == Set(reports.filter { bucket.hold($0.instanceID) }.map { EntryDigest($0) }))
    #expect(resumption.unlike(observed.map { EntryDigest($0) }).buckets.isEmpty)
  }

  @Test func aDigestOfAnotherSizeIsRefused() {
    var request = ResumeRequest()
    #expect(Resumption(request) == nil)
    request.heldDigest = StateDigest().bytes
    #expect(Resumption(request) == nil)
    request.observedDigest = StateDigest().bytes + [0]
    #expect(Resumption(request) == nil)
    request.observedDigest.removeLast()
    #expect(Resumption(request) != nil)
  }
}
