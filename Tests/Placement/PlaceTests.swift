// SPDX-License-Identifier: Apache-2.0

import Base
import FoundationEssentials
import Placement
import Testing

struct PlaceTests {
  private func host(
    _ number: UInt8, memory: Int64 = 1000, used: Int64 = 0,
    _ change: (inout Host) -> Void = { _ in }
  ) -> Host {
    var host = Host(
      id: NodeID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number))),
      name: "host-\(number)", isUp: true, isEnabled: true, availabilityZone: "nova",
      physicalNetworks: ["physnet1"],
      inventories: [
        Inventory(.vcpu, total: 4), Inventory(.memoryMB, total: memory, used: used),
        Inventory(.diskGB, total: 100),
      ])
    change(&host)
    return host
  }

  private func request(memory: Int64 = 100, vcpus: Int64 = 1) -> PlacementRequest {
    PlacementRequest(
      RequestShape(
        resources: [ResourceAmount(.vcpu, vcpus), ResourceAmount(.memoryMB, memory)],
        physicalNetworks: ["physnet1"]))
  }

  @Test func theFirstHostThatPassesIsTaken() {
    let hosts = [host(1, memory: 50), host(2), host(3)]
    let decision = place(request(), on: hosts)
    #expect(decision.node == hosts[1].id)
    #expect(decision.explanation.chosen == "host-2")
    #expect(
      decision.explanation.text
        == "3 hosts; has room for VCPU 1, MEMORY_MB 100: 1 removed; first of 2 left: host-2.")
    #expect(!decision.explanation.text(namingHosts: false).contains("host-2"))
  }

  @Test func eachStageSaysHowManyItRemoved() {
    var wanted = request()
    wanted.hostName = "host-6"
    wanted.shape.availabilityZone = "blue"
    let hosts = [
      host(1) { $0.isUp = false }, host(2) { $0.isEnabled = false }, host(3),
      host(6) { $0.availabilityZone = "green" },
      host(6) {
        $0.availabilityZone = "blue"
        $0.physicalNetworks = ["physnet2"]
      },
      host(6) { $0.availabilityZone = "blue" },
    ]
    let decision = place(wanted, on: hosts)
    #expect(decision.node == hosts[5].id)
    #expect(decision.explanation.hosts == 6)
    #expect(
      decision.explanation.stages.map {
        "\($0.name): \($0.removed) of \($0.removed + $0.remaining)"
      }
        == [
          "node is up: 1 of 6", "hypervisor answers: 0 of 5", "node is enabled: 1 of 5",
          "host is host-6: 1 of 4",
          "availability zone is blue: 1 of 3", "has physical network physnet1: 1 of 2",
          "has room for VCPU 1, MEMORY_MB 100: 0 of 1",
        ])
  }

  @Test func afterAStageThatLeavesNothingThereAreNoMore() {
    let decision = place(request(), on: [host(1) { $0.isUp = false }])
    #expect(decision.node == nil)
    #expect(decision.explanation.stages.map(\.name) == ["node is up"])
    #expect(decision.explanation.misses.isEmpty)
    #expect(decision.explanation.text == "1 host; node is up: 1 removed.")
    #expect(place(request(), on: []).explanation.text == "0 hosts.")
  }

  @Test func hostsWhoseHypervisorIsLostAreQuotedToOperators() {
    let lost = (1...5).map { number in
      host(UInt8(number)) { $0.hypervisorFailure = "no socket \(number)" }
    }
    let one = place(request(), on: [lost[1]]).explanation
    #expect(one.text == "1 host; hypervisor answers: 1 removed (host-2: no socket 2).")
    #expect(one.text(namingHosts: false) == "1 host; hypervisor answers: 1 removed.")
    let several = place(request(), on: lost + [host(6)])
    #expect(several.node == host(6).id)
    #expect(
      several.explanation.text
        == "6 hosts; hypervisor answers: 5 removed (host-1: no socket 1; host-2: no socket 2; "
        + "host-3: no socket 3; and 2 more); first of 1 left: host-6.")
    // One that is not up is not asked further.
    let silent = place(request(), on: [host(1) { $0.isUp = false }]).explanation
    #expect(silent.stages.map(\.name) == ["node is up"])
  }

  @Test func whatIsMissingIsToldByTheHostThatHasMost() {
    let hosts = [host(1, used: 950), host(2, used: 920), host(3, used: 990)]
    let explanation = place(request(), on: hosts).explanation
    #expect(
      explanation.misses.map { "\($0.host) \($0.resource.rawValue) \($0.free) \($0.wanted)" }
        == ["host-1 VCPU 16 1", "host-2 MEMORY_MB 80 100"])
    #expect(
      explanation.text
        == "3 hosts; has room for VCPU 1, MEMORY_MB 100: 3 removed; the most free MEMORY_MB among "
        + "3 hosts that pass is 80 on host-2 and 100 are wanted.")
    #expect(!explanation.text(namingHosts: false).contains("host-2"))
  }

  @Test func noHostHasAllThoughForEachThereIsOne() {
    let explanation = place(
      request(vcpus: 10), on: [host(1, used: 950), host(2) { $0.inventories[0].used = 12 }]
    ).explanation
    #expect(
      explanation.text.hasSuffix(
        "the most free VCPU among 2 hosts that pass is 16 on host-1 and 10 are wanted; "
          + "the most free MEMORY_MB among 2 hosts that pass is 1000 on host-2 and 100 are wanted.")
    )
  }

  @Test func aHostWithoutAnInventoryHasNoneOfIt() {
    let bare = host(1) { $0.inventories.removeAll { $0.resource == .memoryMB } }
    let decision = place(request(), on: [bare])
    #expect(decision.node == nil)
    #expect(decision.explanation.misses.map(\.free) == [16, 0])
  }
}
