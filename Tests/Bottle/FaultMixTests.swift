// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Bottle

@Suite struct FaultMixTests {
  @Test func halfOfTheRunsHaveFewOfManyClasses() {
    let mixes = (0..<200).map { FaultClasses.all.mix(seed: $0).ordered }
    let all = FaultClasses.all.ordered
    #expect(mixes.allSatisfy { $0 == all || (2...4).contains($0.count) })
    #expect(mixes.allSatisfy { $0.allSatisfy(all.contains) && Set($0).count == $0.count })
    #expect((70...130).contains(mixes.filter { $0 == all }.count))
    #expect(Set(mixes.flatMap { $0.count < all.count ? $0 : [] }) == Set(all), "each has its turn")
  }

  @Test func aSeedGivesTheSameMix() {
    for seed in 0..<20 as Range<UInt64> {
      #expect(
        FaultClasses.all.mix(seed: seed).ordered == FaultClasses.all.mix(seed: seed).ordered)
    }
  }

  @Test func fewClassesAreTakenAsTheyAre() {
    let few = FaultClasses([.kill, .power])
    #expect((0..<20).allSatisfy { few.mix(seed: $0).ordered == few.ordered })
  }
}
