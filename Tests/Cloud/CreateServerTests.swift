// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import NodeProtocol
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CreateServerTests {
  @Test func aServerIsMadeToldSettledAndRemoved() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let made = try await cloud.cloud.createServers(things.draft(), for: TestCallers.member)
    let id = try #require(made.servers.first).id

    let told = try await node.settleNext()
    #expect(told.instanceID == id)
    let view = try await cloud.cloud.server(id, for: TestCallers.member)
    #expect(view.instance.vmState == .active)
    #expect(view.host == "node-1")
    #expect(view.addresses.map(\.address) == [IPAddress("10.0.0.2")])

    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    try await node.vanishNext()
    await #expect(throws: RoostError.self) {
      try await cloud.cloud.server(id, for: TestCallers.member)
    }
  }
}
