// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@Suite struct CrashPointsTests {
  @Test func withoutValueNothingHappens() {
    CrashPoints.none.reach("agent.createDisk.before")
    CrashPoints(environment: "").reach("agent.createDisk.before")
    #expect(!CrashPoints.none.kills(at: "agent.createDisk.before"))
  }

  @Test func fullNameMatchesOnlyItself() {
    let points = CrashPoints(environment: "agent.createDisk.before")
    #expect(points.kills(at: "agent.createDisk.before"))
    #expect(!points.kills(at: "agent.createDisk.after"))
    #expect(!points.kills(at: "controller.createDisk.before"))
  }

  @Test func shortFormMatchesTheStepAnywhere() {
    let points = CrashPoints(environment: "createDisk:after")
    #expect(points.kills(at: "agent.createDisk.after"))
    #expect(!points.kills(at: "agent.recreateDisk.after"))
  }
}
