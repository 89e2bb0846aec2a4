// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import NodeProtocol
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct CreateServerTests {
  @Test func oneCommitWritesServerClaimPortAndWhatTheNodeIsTold() async throws {
    let cloud = try TestCloud()
    // The node is up but takes nothing: what is seen is what was committed.
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    var draft = things.draft("Web 1")
    draft.metadata = [Property("role", "web")]
    let id = try await cloud.create(draft)

    let held = try await cloud.holdings()
    let instance = try #require(held.instances.first)
    #expect(instance.id == id)
    #expect(instance.node == node.id)
    #expect((instance.vmState, instance.taskState) == (.building, .spawning))
    #expect(instance.hostName == "web-1")
    #expect(instance.flavor.size == things.flavor.size)
    #expect(
      held.claims.map { "\($0.resource) \($0.amount)" } == ["DISK_GB 1", "MEMORY_MB 512", "VCPU 1"])
    let port = try #require(held.ports.first)
    #expect(port.instance == id && port.node == node.id && port.isOwnedByInstance)
    #expect(port.addresses.map(\.address) == [IPAddress("10.0.0.2")])
    #expect(held.desired.map(\.target) == [.running])
    #expect(held.desired.map(\.isSettled) == [false])
    #expect(try await cloud.findings() == [])

    let told = await node.told.next()
    #expect(told.generation == held.desired.first?.generation)
    let spec = try #require(told.spec)
    #expect(spec.vcpus == 1 && spec.memoryMB == 512 && spec.rootGB == 1)
    #expect(spec.image.sha256 == things.image.content?.sha256)
    #expect(spec.ports.map(\.id) == [port.id])
    #expect(spec.ports.first?.addresses.map(\.gateway) == ["10.0.0.1"])
    #expect(spec.configDrive.files.contains { $0.path == "openstack/latest/meta_data.json" })
    let actions = try await cloud.cloud.actions(of: id, for: TestCallers.member)
    #expect(actions.map(\.action) == ["create"])
  }

  @Test func aSettledServerIsActive() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = await node.told.next()
    try await node.report(.working(told, step: "fetchImage"))
    cloud.clock.advance(by: .seconds(2))
    try await node.report(.working(told, step: "startDomain"))
    try await node.report(.settled(told))

    let view = try await cloud.cloud.server(id, for: TestCallers.member)
    #expect((view.instance.vmState, view.instance.taskState) == (.active, nil))
    #expect(view.instance.powerState == .running)
    #expect(view.instance.launchedAt == cloud.clock.now)
    #expect(view.instance.machineType == "pc-i440fx-7.2")
    #expect(view.host == "node-1" && view.hostState == .up)
    #expect(try await cloud.holdings().ports.map(\.status) == [.active])
    #expect(try await cloud.holdings().desired.map(\.isSettled) == [true])
    let action = try #require(
      try await cloud.cloud.actions(of: id, for: TestCallers.member).first)
    #expect(action.events.map(\.name) == ["fetchImage", "startDomain"])
    #expect(action.events.map(\.result) == ["Success", "Success"])
  }

  @Test func nothingIsLeftWhereACheckRefuses() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode()
    let things = try await cloud.addThings()
    let large = try await cloud.addImage("large", [UInt8](repeating: 1, count: 4096))
    _ = try await cloud.images.update(large.id, TestCallers.admin) { $0.minMemoryMB = 1024 }
    let empty = try await cloud.images.create(id: nil, TestCallers.admin) { image in
      image.visibility = .public
    }
    let bare = try await cloud.addNetwork("bare", physicalNetwork: "physnet2")
    var port = PortDraft(network: things.network.id)
    port.deviceID = "somebody"
    let taken = try await cloud.cloud.createPort(port, for: TestCallers.member).port
    let strangers = try await cloud.cloud.createPort(
      PortDraft(network: things.network.id), for: TestCallers.stranger
    ).port
    let before = try await cloud.holdings()

    func refused(
      _ kind: RoostError.Kind, _ field: String?, as caller: Caller = TestCallers.member,
      _ change: (inout ServerDraft) -> Void, _ place: SourceLocation = #_sourceLocation
    ) async throws {
      var draft = things.draft()
      change(&draft)
      let error = await failure { [draft] in
        try await cloud.cloud.createServers(draft, for: caller)
      }
      #expect(error?.kind == kind, sourceLocation: place)
      #expect(error?.field == field, sourceLocation: place)
      #expect(try await cloud.holdings() == before, sourceLocation: place)
    }
    try await refused(.forbidden, nil, as: TestCallers.reader) { _ in }
    try await refused(.forbidden, nil) { $0.host = "node-1" }
    try await refused(.overQuota, "server.max_count") { $0.maximumCount = 101 }
    try await refused(.badRequest, "server.flavorRef") { $0.flavor = "none" }
    try await refused(.badRequest, "server.imageRef") { $0.image = numbered(99) }
    try await refused(.badRequest, "server.imageRef") { $0.image = empty.id }
    try await refused(.badRequest, "server.flavorRef") { $0.image = large.id }
    try await refused(.badRequest, "server.key_name") { $0.keyName = "none" }
    try await refused(.badRequest, "server.security_groups[0]") { $0.securityGroups = ["none"] }
    try await refused(.badRequest, "server.availability_zone") { $0.availabilityZone = "mars" }
    try await refused(.badRequest, "server.networks[0]") {
      $0.networks = .listed([.network(numbered(99), address: nil)])
    }
    try await refused(.badRequest, "server.networks[0]") {
      $0.networks = .listed([.network(bare.id, address: nil)])
    }
    try await refused(.badRequest, "server.networks[0]") {
      $0.networks = .listed([.port(numbered(99))])
    }
    try await refused(.badRequest, "server.networks[0]") {
      $0.networks = .listed([.port(strangers.id)])
    }
    try await refused(.conflict, "server.networks[0]") { $0.networks = .listed([.port(taken.id)]) }
    try await refused(.badRequest, "server.networks[0]") {
      $0.networks = .listed([.port(taken.id)])
      $0.maximumCount = 2
    }
    // The last check is made when claims and rows are written already.
    try await refused(.conflict, "port.fixed_ips") {
      $0.networks = .listed([
        .network(things.network.id, address: nil),
        .network(things.network.id, address: taken.addresses.first?.address),
      ])
    }
  }

  @Test func withoutRoomTheServerIsInErrorAndHoldsNothing() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode(cpus: 1, memoryMB: 600)
    let things = try await cloud.addThings()
    _ = try await cloud.create(things.draft("first"))
    let id = try await cloud.create(things.draft("second"))

    let second = try #require(try await cloud.record(id))
    #expect((second.vmState, second.taskState, second.node) == (.error, nil, nil))
    let fault = try #require(second.fault)
    #expect(fault.message.hasPrefix("No valid host was found. "))
    #expect(
      fault.message.contains(
        "the most free MEMORY_MB among 1 host that passes is 88 and 512 are wanted"))
    // Tenants don't read the names of hosts; operators do.
    #expect(!fault.message.contains("node-1"))
    #expect(fault.details.contains("node-1"))
    #expect(try await cloud.holdings().claimed("MEMORY_MB") == 512)
    #expect(try await cloud.holdings().ports.count == 1)
    #expect(try await cloud.findings() == [])
    let action = try #require(
      try await cloud.cloud.actions(of: id, for: TestCallers.member).first)
    #expect(action.message == "Error")
    #expect(action.events.map(\.result) == ["Error"])
  }

  @Test func manyAtOnceNeverTakeTheSamePlace() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode("node-1", memoryMB: 1024)
    _ = try await cloud.addNode("node-2", memoryMB: 1024)
    let things = try await cloud.addThings()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...12 {
        group.addTask { _ = try await cloud.create(things.draft("server-\(number)")) }
      }
      try await group.waitForAll()
    }
    let held = try await cloud.holdings()
    #expect(held.instances.count == 12)
    #expect(held.instances.count { $0.node != nil } == 4)
    #expect(held.claimed("MEMORY_MB") == 2048)
    #expect(Set(held.ports.flatMap(\.addresses)).count == 4)
    #expect(Set(held.desired.map(\.generation)).count == 4)
    #expect(try await cloud.findings() == [])
  }

  @Test func aRequestForSeveralNumbersThem() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode()
    var draft = try await cloud.addThings().draft("web")
    draft.maximumCount = 3
    let made = try await cloud.cloud.createServers(draft, for: TestCallers.member)
    #expect(made.servers.map(\.name) == ["web-1", "web-2", "web-3"])
    #expect(made.servers.map(\.hostName) == ["web-1", "web-2", "web-3"])
    #expect(made.servers.map(\.launchIndex) == [0, 1, 2])
    #expect(made.servers.allSatisfy { $0.reservationID == made.reservationID })
    #expect(made.reservationID.hasPrefix("r-") && made.reservationID.utf8.count == 10)
  }

  @Test func nodesThatAreDownOrDisabledGetNothing() async throws {
    let cloud = try TestCloud()
    let first = try await cloud.addNode("node-1")
    let second = try await cloud.addNode("node-2")
    let things = try await cloud.addThings()
    await cloud.disconnect(first)
    _ = try await cloud.cloud.setNode(
      second.id, enabled: false, reason: "maintenance", for: TestCallers.admin)
    let id = try await cloud.create(things.draft())
    let fault = try #require(try await cloud.record(id)?.fault)
    #expect(fault.details == "2 hosts; node is up: 1 removed; node is enabled: 1 removed.")

    _ = try await cloud.cloud.setNode(second.id, enabled: true, reason: nil, for: TestCallers.admin)
    let next = try await cloud.create(things.draft())
    #expect(try await cloud.record(next)?.node == second.id)
  }

  @Test func aNodeWhoseHypervisorIsLostGetsNothingNew() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let early = try await cloud.create(things.draft("early"))
    try await node.settleNext()
    try await node.heartbeat(hypervisorUnavailable: "libvirtd ended the connection")
    let view = try await cloud.cloud.node(node.id, for: TestCallers.admin)
    #expect(view.state == .up && !view.isOpen)

    let late = try await cloud.create(things.draft("late"))
    let fault = try #require(try await cloud.record(late)?.fault)
    #expect(
      fault.details
        == "1 host; hypervisor answers: 1 removed (node-1: libvirtd ended the connection).")
    #expect(
      fault.message == "No valid host was found. 1 host; hypervisor answers: 1 removed.")
    // What is there stays there, and what is asked of it is told.
    #expect(try await cloud.record(early)?.vmState == .active)
    try await cloud.cloud.deleteServer(early, for: TestCallers.member)
    #expect(try await node.vanishNext().instanceID == early)

    try await node.heartbeat()
    let next = try await cloud.create(things.draft("next"))
    #expect(try await cloud.record(next)?.node == node.id)
  }

  @Test func theSubnetsOfANetworkRunOut() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode()
    // Two host addresses, one of them the gateway's.
    let things = try await cloud.addThings(cidr: "10.0.0.0/30")
    _ = try await cloud.create(things.draft())
    let before = try await cloud.holdings()
    let error = await failure { try await cloud.create(things.draft()) }
    #expect(error?.kind == .conflict)
    #expect(error?.user.contains("No more IP addresses available") == true)
    #expect(try await cloud.holdings() == before)
  }

  @Test func aGivenPortIsTakenAndGivenBack() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let port = try await cloud.cloud.createPort(
      PortDraft(network: things.network.id), for: TestCallers.member
    ).port
    var draft = things.draft()
    draft.networks = .listed([.port(port.id)])
    let id = try await cloud.create(draft)
    let told = try await node.settleNext()
    #expect(told.spec?.ports.map(\.id) == [port.id])
    let refused = await failure {
      try await cloud.cloud.deletePort(port.id, for: TestCallers.member)
    }
    #expect(refused?.kind == .conflict)

    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    try await node.vanishNext()
    let free = try await cloud.cloud.port(port.id, for: TestCallers.member).port
    #expect(free.instance == nil && free.node == nil && free.deviceID.isEmpty)
    #expect(free.addresses == port.addresses)
    #expect(free.status == .down)
  }

  @Test func withoutANetworkNamedTheOnlyOneIsTaken() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode()
    let things = try await cloud.addThings()
    var draft = things.draft()
    draft.networks = .automatic
    _ = try await cloud.create(draft)
    #expect(try await cloud.holdings().ports.map(\.network) == [things.network.id])
    draft.networks = .none
    let id = try await cloud.create(draft)
    #expect(try await cloud.cloud.interfaces(of: id, for: TestCallers.member) == [])

    _ = try await cloud.addNetwork("net-2", physicalNetwork: "physnet2")
    draft.networks = .automatic
    let error = await failure { [draft] in try await cloud.create(draft) }
    #expect(error?.kind == .conflict)
  }
}
