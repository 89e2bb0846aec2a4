// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Fleet
import Testing

struct LeaseTermsTests {
  private let terms = LeaseTerms(span: .seconds(100))
  private let start = Uptime(nanoseconds: 1_000_000_000_000)

  @Test func aLeaseEndsAfterItsSpanAndOnePerCent() {
    #expect(terms.end(renewedAt: start) == start + .seconds(101))
    #expect(LeaseTerms().end(renewedAt: start) == start + .milliseconds(15_150))
  }

  /// Seconds since the last renewal, or since the start where there was none.
  @Test(arguments: [
    (true, 0, NodeState.up), (true, 100, .up), (true, 101, .down), (false, 0, .unknown),
    (false, 100, .unknown), (false, 101, .down), (false, 1000, .down),
  ])
  func connectionAndLeaseDecide(isConnected: Bool, seconds: Int, expected: NodeState) {
    let end = terms.end(renewedAt: start)
    let state = terms.state(
      isConnected: isConnected, leaseEnd: end, startedAt: start, now: start + .seconds(seconds))
    #expect(state == expected)
  }

  @Test(arguments: [true, false])
  func silenceMeansNothingUntilALeaseOfThePredecessorWouldHaveEnded(isConnected: Bool) {
    func state(after seconds: Int) -> NodeState {
      terms.state(
        isConnected: isConnected, leaseEnd: nil, startedAt: start, now: start + .seconds(seconds))
    }
    #expect(state(after: 0) == .unknown)
    #expect(state(after: 100) == .unknown)
    #expect(state(after: 101) == .down)
  }
}
