// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

@testable import StateDigest

@Suite struct StateDigestTests {
  private let randomness = SystemRandomness()

  private func entries(_ count: Int) -> [EntryDigest] {
    (0..<count).map { number in
      EntryDigest(
        holding: .random(from: randomness), Generation(epoch: 1, number: UInt64(number)))
    }
  }

  @Test func theOrderInWhichItWasLearnedDoesNotCount() {
    let entries = entries(500)
    #expect(StateDigest(entries) == StateDigest(entries.shuffled()))
    #expect(StateDigest(entries).differing(from: StateDigest(entries.reversed())).isEmpty)
  }

  @Test func aDifferenceShowsInItsBucketAlone() {
    let entries = entries(200)
    for (place, entry) in entries.enumerated() {
      var fewer = entries
      fewer.remove(at: place)
      #expect(
        StateDigest(entries).differing(from: StateDigest(fewer)) == Buckets(of: entry.instance))
      var newer = entries
      newer[place] = EntryDigest(holding: entry.instance, Generation(epoch: 2, number: 1))
      #expect(
        StateDigest(newer).differing(from: StateDigest(entries)) == Buckets(of: entry.instance))
    }
  }

  @Test func everyFieldOfAnObservationCounts() {
    var observation = Observation()
    observation.instanceID = .random(from: randomness)
    let changes: [(inout Observation) -> Void] = [
      { $0.generation = Generation(epoch: 1, number: 0) },
      { $0.generation = Generation(epoch: 0, number: 1) }, { $0.phase = .settled },
      { $0.powerState = 1 }, { $0.step = "a" }, { $0.failure = "a" }, { $0.machineType = "a" },
      { $0.domainName = "a" },
    ]
    let digests = changes.map { change in
      var changed = observation
      change(&changed)
      return EntryDigest(changed)
    }
    #expect(Set(digests + [EntryDigest(observation)]).count == changes.count + 1)
  }

  @Test func itTravelsInItsBytes() throws {
    let digest = StateDigest(entries(100))
    #expect(digest.bytes.count == StateDigest.size)
    #expect(StateDigest(bytes: digest.bytes) == digest)
    #expect(StateDigest(bytes: Array(digest.bytes.dropLast())) == nil)
    #expect(StateDigest(bytes: []) == nil)
    let entry = try #require(entries(1).first)
    #expect(EntryDigest(of: entry.instance, bytes: entry.bytes) == entry)
    #expect(EntryDigest(of: entry.instance, bytes: [1]) == nil)
  }

  @Test func bucketsAreTheFirstFourBitsOfTheID() throws {
    let id = try #require(InstanceID("a7000000-0000-4000-8000-000000000000"))
    #expect(Buckets(of: id).rawValue == 1 << 10)
    #expect(Buckets(rawValue: 0xFFFF_0400) == Buckets(of: id))
    #expect(Buckets.all.hold(id) && !Buckets(rawValue: 0xFBFF).hold(id))
  }
}
