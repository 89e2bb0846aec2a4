// SPDX-License-Identifier: Apache-2.0

import Base
import Reconciler
import Testing

@Suite struct FailureRuleTests {
  @Test func whatCannotHelpIsGivenUpAtOnce() {
    for kind in [RoostError.Kind.badRequest, .tooLarge, .forbidden] {
      #expect(FailureRule.judge(RoostError(kind, ""), attempts: 1, jitter: 0) == .giveUp)
    }
  }

  @Test func whatIsAwayIsWaitedForWithoutEnd() {
    for kind in [RoostError.Kind.unavailable, .deadlineExceeded] {
      let verdict = FailureRule.judge(RoostError(kind, ""), attempts: 1000, jitter: 0)
      #expect(verdict == .retry(.seconds(30)))
    }
  }

  @Test func faultsOfTheMachineGetSomePatience() {
    let error = RoostError(.internal, "")
    #expect(FailureRule.judge(error, attempts: 1, jitter: 0) == .retry(.milliseconds(500)))
    #expect(FailureRule.judge(error, attempts: FailureRule.patience, jitter: 0) == .giveUp)
  }

  @Test func pausesDoubleToABoundAndSpread() {
    #expect(FailureRule.pause(2, 0) == .seconds(1))
    #expect(FailureRule.pause(99, 0) == .seconds(30))
    #expect(FailureRule.pause(1, 50) == .milliseconds(750))
    #expect(FailureRule.pause(0, 1000) < .seconds(1))
  }
}
