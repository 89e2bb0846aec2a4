// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct PortTests {
  @Test func onlyAdminsNameTheNetworkAsAnOwner() async throws {
    let cloud = try TestCloud()
    let network = try await cloud.addThings().network
    var draft = PortDraft(network: network.id)
    draft.deviceOwner = "network:dhcp"
    let wanted = draft
    let refused = await failure {
      try await cloud.cloud.createPort(wanted, for: TestCallers.member)
    }
    #expect(refused?.kind == .forbidden)
    _ = try await cloud.cloud.createPort(wanted, for: TestCallers.admin)

    let port = try await cloud.cloud.createPort(
      PortDraft(network: network.id), for: TestCallers.member
    ).port
    let later = await failure {
      var changes = PortChanges()
      changes.deviceOwner = "network:router_interface"
      return try await cloud.cloud.updatePort(port.id, changes, for: TestCallers.member)
    }
    #expect(later?.kind == .forbidden)
    let same = try await cloud.cloud.port(port.id, for: TestCallers.member).port
    #expect(same == port)
  }

  @Test func manyAtOnceNeverTakeTheSameAddress() async throws {
    let cloud = try TestCloud()
    // Fourteen host addresses, one of them the gateway's.
    let network = try await cloud.addThings(cidr: "10.0.0.0/28").network
    let refused = await withTaskGroup(of: RoostError?.self) { group in
      for _ in 1...20 {
        group.addTask {
          await failure {
            try await cloud.cloud.createPort(
              PortDraft(network: network.id), for: TestCallers.member)
          }
        }
      }
      return await group.reduce(into: [RoostError]()) { list, error in
        if let error { list.append(error) }
      }
    }
    let ports = try await cloud.holdings().ports
    #expect(ports.count == 13)
    #expect(Set(ports.flatMap(\.addresses)).count == 13)
    #expect(Set(ports.map(\.macAddress)).count == 13)
    #expect(refused.map(\.kind) == Array(repeating: .conflict, count: 7))
    // What is given back is handed out again, the lowest first.
    try await cloud.cloud.deletePort(ports[3].id, for: TestCallers.member)
    let next = try await cloud.cloud.createPort(
      PortDraft(network: network.id), for: TestCallers.member
    ).port
    #expect(next.addresses == ports[3].addresses)
  }

  @Test func aStrangersPortIsUnknown() async throws {
    let cloud = try TestCloud()
    let network = try await cloud.addThings().network
    let port = try await cloud.cloud.createPort(
      PortDraft(network: network.id), for: TestCallers.member
    ).port
    let stranger = TestCallers.stranger
    for error in [
      await failure { try await cloud.cloud.port(port.id, for: stranger) },
      await failure { try await cloud.cloud.updatePort(port.id, PortChanges(), for: stranger) },
      await failure { try await cloud.cloud.deletePort(port.id, for: stranger) },
    ] {
      #expect(error?.kind == .notFound)
    }
    let reader = await failure {
      try await cloud.cloud.deletePort(port.id, for: TestCallers.reader)
    }
    #expect(reader?.kind == .forbidden)
  }
}
