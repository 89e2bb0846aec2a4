// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Fleet
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SessionTests {
  @Test func aRegisteredNodeIsUp() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    #expect(await cloud.fleet.up == [node.id])
    #expect(await cloud.fleet.state(of: node.id) == .up)
  }
}
