// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import TestSupport
import Testing

/// Which fields a microversion adds or takes away. Source: the response schemas in
/// nova/api/openstack/compute/schemas.
@Suite(.timeLimit(.minutes(10)))
struct ComputeShapeTests {
  struct Step: CustomTestStringConvertible, Sendable {
    let minor: Int
    let adds: Set<String>
    var testDescription: String { "2.\(minor)" }
  }

  private static let oldest: Set<String> = [
    "OS-DCF:diskConfig", "OS-EXT-AZ:availability_zone", "OS-EXT-SRV-ATTR:host",
    "OS-EXT-SRV-ATTR:hypervisor_hostname", "OS-EXT-SRV-ATTR:instance_name",
    "OS-EXT-STS:power_state", "OS-EXT-STS:task_state", "OS-EXT-STS:vm_state",
    "OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at", "accessIPv4", "accessIPv6",
    "addresses", "config_drive", "created", "flavor", "hostId", "id", "image", "key_name", "links",
    "metadata", "name", "os-extended-volumes:volumes_attached", "progress", "security_groups",
    "status", "tenant_id", "updated", "user_id",
  ]

  static let steps: [Step] = [
    Step(
      minor: 3,
      adds: [
        "OS-EXT-SRV-ATTR:hostname", "OS-EXT-SRV-ATTR:kernel_id", "OS-EXT-SRV-ATTR:launch_index",
        "OS-EXT-SRV-ATTR:ramdisk_id", "OS-EXT-SRV-ATTR:reservation_id",
        "OS-EXT-SRV-ATTR:root_device_name", "OS-EXT-SRV-ATTR:user_data",
      ]),
    Step(minor: 9, adds: ["locked"]), Step(minor: 16, adds: ["host_status"]),
    Step(minor: 19, adds: ["description"]), Step(minor: 26, adds: ["tags"]),
    Step(minor: 63, adds: ["trusted_image_certificates"]), Step(minor: 71, adds: ["server_groups"]),
    Step(minor: 73, adds: ["locked_reason"]), Step(minor: 96, adds: ["pinned_availability_zone"]),
    Step(minor: 100, adds: ["scheduler_hints"]),
  ]

  @Test func aServerHasTheFieldsOfEveryMicroversion() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    var expected = Self.oldest
    for minor in 1...100 {
      for step in Self.steps where step.minor == minor { expected.formUnion(step.adds) }
      let shown = await scene.send("GET", "servers/\(id)", at: minor, as: TestCallers.admin)
      #expect(shown.json["server"]?.keys == expected, "2.\(minor)")
      let listed = await scene.send(
        "GET", "servers/detail?all_tenants=1", at: minor, as: TestCallers.admin)
      #expect(
        listed.json["servers"]?[0]?.keys == expected.subtracting(["server_groups"]), "2.\(minor)")
    }
  }

  /// Members see no host, and the guest's own name from 2.90 on.
  @Test func aMemberSeesNoHost() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    for minor in [1, 3, 16, 89, 90, 100] {
      let shown = await scene.send("GET", "servers/\(id)", at: minor)
      let keys = try #require(shown.json["server"]?.keys)
      let attributes = keys.filter { $0.hasPrefix("OS-EXT-SRV-ATTR:") || $0 == "host_status" }
      #expect(attributes == (minor < 90 ? [] : ["OS-EXT-SRV-ATTR:hostname"]), "2.\(minor)")
      #expect(!shown.text.contains("node-1"))
    }
  }

  @Test func aFlavorInAServerIsAReferenceAndThenACopy() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    let old = await scene.send("GET", "servers/\(id)", at: 46)
    #expect(old.json["server"]?["flavor"]?.keys == ["id", "links"])
    let new = await scene.send("GET", "servers/\(id)", at: 47)
    #expect(
      new.json["server"]?["flavor"]?.keys == [
        "vcpus", "ram", "disk", "ephemeral", "swap", "original_name", "extra_specs",
      ])
    #expect(new.json["server"]?["image"]?.keys == ["id", "links"])
    let newest = await scene.send("GET", "servers/\(id)", at: 98)
    #expect(newest.json["server"]?["image"]?.keys == ["id", "links", "properties"])
  }

  @Test func aChangedServerIsAnsweredWholeFrom275On() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    for (minor, isWhole) in [(74, false), (75, true)] {
      let changed = await scene.send(
        "PUT", "servers/\(id)", at: minor, as: TestCallers.admin, ["server": ["name": "n"]])
      let keys = try #require(changed.json["server"]?.keys)
      #expect(keys.contains("OS-EXT-STS:vm_state") == isWhole)
      #expect(keys.contains("OS-EXT-SRV-ATTR:host") == isWhole)
      #expect(keys.contains("server_groups"))
      let address = changed.json["server"]?["addresses"]?["net-1"]?[0]
      #expect(address?.keys.contains("OS-EXT-IPS:type") == isWhole)
    }
  }

  @Test func stepsOfAnActionAreShownByMicroversion() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.create()
    let told = await scene.node.told.next()
    try await scene.node.report(.working(told, step: "fetchImage"))
    try await scene.node.report(.settled(told))
    let list = await scene.send("GET", "servers/\(id)/os-instance-actions", at: 57)
    let action = try #require(list.json["instanceActions"]?[0])
    #expect(action["action"] == "create")
    #expect(!action.keys.contains("updated_at"))
    let path = "servers/\(id)/os-instance-actions/\(try #require(action["request_id"]?.text))"
    let early = await scene.send("GET", path, at: 50)
    #expect(early.json["instanceAction"]?.keys.contains("events") == false)
    for (minor, admin, keys): (Int, Bool, Set<String>) in [
      (51, false, []), (50, true, ["traceback"]), (62, false, ["hostId"]),
      (62, true, ["traceback", "hostId", "host"]), (84, false, ["hostId"]),
      (84, true, ["traceback", "hostId", "host", "details"]),
    ] {
      let shown = await scene.send(
        "GET", path, at: minor, as: admin ? TestCallers.admin : TestCallers.member)
      let event = try #require(shown.json["instanceAction"]?["events"]?[0])
      #expect(
        event.keys == keys.union(["event", "start_time", "finish_time", "result"]),
        "2.\(minor) \(admin)")
      #expect(event["event"] == "fetchImage")
      #expect(event["result"] == "Success")
    }
    // A deleted server's actions are still there from 2.21 on.
    _ = await scene.send("DELETE", "servers/\(id)")
    try await scene.node.vanishNext()
    #expect(await scene.send("GET", path, at: 20).status == 404)
    #expect(await scene.send("GET", path, at: 21).status == 200)
  }
}
