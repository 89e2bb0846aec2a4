// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization
import Testing

@Suite struct CrashPointsTests {
  @Test func withoutValueNothingHappens() throws {
    for points in [.none, try CrashPoints(environment: nil), try CrashPoints(environment: "")] {
      for point in CrashPoint.allCases {
        #expect(!points.kills(at: point))
        points.reach(point)
      }
    }
  }

  @Test func aNameMatchesOnlyItself() throws {
    for point in CrashPoint.allCases {
      let points = try CrashPoints(environment: point.rawValue)
      #expect(CrashPoint.allCases.filter(points.kills(at:)) == [point])
    }
  }

  @Test func aSimulationIsToldOfEveryPointAndNobodyIsKilled() {
    let told = Mutex<[CrashPoint]>([])
    let points = CrashPoints { point in told.withLock { $0.append(point) } }
    for point in CrashPoint.allCases {
      #expect(!points.kills(at: point))
      points.reach(point)
    }
    #expect(told.withLock(\.self) == CrashPoint.allCases)
  }

  @Test func refusesWhatWouldKillNobody() {
    #expect(throws: RoostError.self) { try CrashPoints(environment: "agent.creatDisk.before") }
    for victim in ["", "me", "0", "1", "-1"] {
      #expect(throws: RoostError.self) {
        try CrashPoints(environment: "agent.createDisk.before", victim: victim)
      }
    }
  }

  @Test func createAndDeletePassEveryPointButThoseOfAStop() {
    let passed = Set(CrashPoint.create + CrashPoint.delete)
    let others = CrashPoint.allCases.filter { !passed.contains($0) }
    #expect(others == [.shutdownDomainBefore, .shutdownDomainAfter])
    #expect(CrashPoint.create.contains(.fetchImageDownloaded))
    #expect(CrashPoint.create.filter(\.needsFreshImage).map(\.step).contains("grantImage"))
    #expect(CrashPoint.delete.filter(\.needsFreshImage) == [])
    #expect(CrashPoint.applyAfter.program == .controller)
    #expect(CrashPoint.createDiskMade.step == "createDisk")
  }
}
