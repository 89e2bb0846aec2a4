// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import TestSupport
import Testing

/// Nodes as hypervisors, services and zones; versions and limits.
@Suite(.timeLimit(.minutes(10)))
struct ComputeNodeTests {
  private let admin = TestCallers.admin

  @Test func versionDocumentsNameTheNewestMicroversion() async throws {
    let scene = try await ComputeScene()
    for path in ["/compute/v2.1", "/compute/v2.1/"] {
      let answer = await scene.api.send("GET", path, as: nil)
      #expect(answer.status == 200)
      let version = try #require(answer.json["version"])
      #expect(version["id"] == "v2.1")
      #expect(version["min_version"] == "2.1")
      #expect(version["version"] == "2.100")
      #expect(version["links"]?[0]?["href"] == .string("\(TestAPI.root)/compute/v2.1/"))
    }
    let all = await scene.api.send("GET", "/compute", as: nil)
    #expect(all.json["versions"]?.texts("id") == ["v2.1"])
    #expect(await scene.send("GET", "servers", at: 100).status == 200)
    #expect(await scene.send("GET", "servers", at: 101).status == 406)
  }

  @Test func hypervisorsHaveTheFieldsOfTheMicroversion() async throws {
    let scene = try await ComputeScene()
    let oldest: Set<String> = [
      "id", "hypervisor_hostname", "state", "status", "hypervisor_type", "hypervisor_version",
      "host_ip", "service", "vcpus", "vcpus_used", "memory_mb", "memory_mb_used", "free_ram_mb",
      "local_gb", "local_gb_used", "free_disk_gb", "disk_available_least", "running_vms",
      "current_workload", "cpu_info",
    ]
    _ = try await scene.createActive()
    let old = await scene.send("GET", "os-hypervisors/detail", as: admin)
    let one = try #require(old.json["hypervisors"]?[0])
    #expect(one.keys == oldest)
    #expect(one["id"] == 1)
    #expect(one["host_ip"] == "192.0.2.1")
    #expect(one["vcpus_used"] == 1)
    #expect(one["memory_mb_used"] == 512)
    #expect(one["free_ram_mb"] == 7680)
    #expect(one["cpu_info"]?.text?.contains("x86_64") == true, "text before 2.28")
    let middle = await scene.send("GET", "os-hypervisors/1", at: 28, as: admin)
    #expect(middle.json["hypervisor"]?["cpu_info"]?["arch"] == "x86_64")
    let new = await scene.send("GET", "os-hypervisors/\(scene.node.id)", at: 88, as: admin)
    #expect(
      new.json["hypervisor"]?.keys == [
        "id", "hypervisor_hostname", "state", "status", "hypervisor_type", "hypervisor_version",
        "host_ip", "service", "uptime",
      ])
    #expect(new.json["hypervisor"]?["id"] == .string("\(scene.node.id)"))
    #expect(new.json["hypervisor"]?["service"]?["host"] == "node-1")
    let sums = await scene.send("GET", "os-hypervisors/statistics", at: 87, as: admin)
    #expect(sums.json["hypervisor_statistics"]?["count"] == 1)
    #expect(sums.json["hypervisor_statistics"]?["vcpus_used"] == 1)
    #expect(await scene.send("GET", "os-hypervisors/statistics", at: 88, as: admin).status == 404)
  }

  @Test func hypervisorsAreFoundAndPaged() async throws {
    let scene = try await ComputeScene()
    let second = try await scene.cloud.addNode("node-2")
    let id = try await scene.createActive()
    let list = await scene.send("GET", "os-hypervisors?limit=1", at: 53, as: admin)
    #expect(list.json["hypervisors"]?.texts("hypervisor_hostname") == ["node-1"])
    let next = try #require(list.json["hypervisors_links"]?[0]?["href"]?.text)
    #expect(next.hasSuffix("os-hypervisors?limit=1&marker=\(scene.node.id)"))
    let found = await scene.send(
      "GET", "os-hypervisors?hypervisor_hostname_pattern=de-2&with_servers=1", at: 75, as: admin)
    #expect(found.json["hypervisors"]?.texts("id") == ["\(second.id)"])
    #expect(found.json["hypervisors"]?[0]?["servers"] == [])
    let shown = await scene.send(
      "GET", "os-hypervisors/\(scene.node.id)?with_servers=true", at: 53, as: admin)
    #expect(shown.json["hypervisor"]?["servers"] == [["name": "one", "uuid": .string(id)]])
    for (path, minor, status) in [
      ("os-hypervisors?hypervisor_hostname_pattern=x", 53, 404),
      ("os-hypervisors?hypervisor_hostname_pattern=node&limit=1", 53, 400),
      ("os-hypervisors/node-1", 53, 400), ("os-hypervisors/node-1", 52, 404),
      ("os-hypervisors/\(scene.things.image.id)", 53, 404),
    ] {
      #expect(await scene.send("GET", path, at: minor, as: admin).status == status, "\(path)")
    }
    #expect(await scene.send("GET", "os-hypervisors", at: 53).status == 403)
    #expect(await scene.send("GET", "os-aggregates", at: 81, as: admin).json == ["aggregates": []])
  }

  @Test func servicesAreListedDisabledAndEnabled() async throws {
    let scene = try await ComputeScene()
    let list = await scene.send("GET", "os-services", at: 69, as: admin)
    let service = try #require(list.json["services"]?[0])
    #expect(service["binary"] == "nova-compute")
    #expect(service["state"] == "up")
    #expect(service["status"] == "enabled")
    #expect(service["forced_down"] == false)
    let path = "os-services/\(scene.node.id)"
    let off = await scene.send(
      "PUT", path, at: 69, as: admin, ["status": "disabled", "disabled_reason": "repair"])
    #expect(off.json["service"]?["disabled_reason"] == "repair")
    let id = try await scene.create()
    let server = await scene.send("GET", "servers/\(id)", at: 69, as: admin)
    #expect(server.json["server"]?["status"] == "ERROR", "a disabled node takes none")
    let on = await scene.send(
      "PUT", "os-services/enable", at: 52, as: admin,
      ["host": "node-1", "binary": "nova-compute"])
    #expect(on.json["service"]?["status"] == "enabled")
    for (query, count) in [
      ("host=node-1&binary=nova-compute", 1), ("host=node-2", 0), ("binary=nova-conductor", 0),
    ] {
      let list = await scene.send("GET", "os-services?\(query)", at: 69, as: admin)
      #expect(list.json["services"]?.elements?.count == count, "\(query)")
    }
    for (path, minor, body, status): (String, Int, JSONValue, Int) in [
      (path, 69, ["status": "enabled", "disabled_reason": "why"], 400),
      (path, 69, ["status": "broken"], 400), (path, 69, ["forced_down": true], 400),
      ("os-services/node-1", 69, ["status": "enabled"], 400),
      ("os-services/\(scene.things.image.id)", 69, ["status": "enabled"], 404),
      ("os-services/explode", 52, ["host": "node-1", "binary": "nova-compute"], 404),
      ("os-services/enable", 52, ["host": "none", "binary": "nova-compute"], 404),
    ] {
      let answer = await scene.send("PUT", path, at: minor, as: admin, body)
      #expect(answer.status == status, "\(path) \(body)")
    }
  }

  @Test func aNodeWhoseHypervisorIsLostIsADisabledService() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    try await scene.node.heartbeat(hypervisorUnavailable: "libvirtd ended the connection")
    let automatic: JSONValue = "AUTO: Connection to libvirt lost: libvirtd ended the connection"
    let list = await scene.send("GET", "os-services", at: 69, as: admin)
    #expect(list.json["services"]?[0]?["state"] == "up")
    #expect(list.json["services"]?[0]?["status"] == "disabled")
    #expect(list.json["services"]?[0]?["disabled_reason"] == automatic)
    let shown = await scene.send("GET", "os-hypervisors/\(scene.node.id)", at: 88, as: admin)
    #expect(shown.json["hypervisor"]?["state"] == "up")
    #expect(shown.json["hypervisor"]?["status"] == "disabled")
    #expect(shown.json["hypervisor"]?["service"]?["disabled_reason"] == automatic)
    let sums = await scene.send("GET", "os-hypervisors/statistics", at: 87, as: admin)
    #expect(sums.json["hypervisor_statistics"]?["count"] == 0)
    let server = await scene.send("GET", "servers/\(id)", at: 69, as: admin)
    #expect(server.json["server"]?["status"] == "ACTIVE")
    #expect(server.json["server"]?["host_status"] == "MAINTENANCE")
    let zones = await scene.send("GET", "os-availability-zone")
    #expect(zones.json["availabilityZoneInfo"]?[0]?["zoneState"]?["available"] == false)

    // Nova's automatic reason never takes the place of an operator's.
    let path = "os-services/\(scene.node.id)"
    let off = await scene.send(
      "PUT", path, at: 69, as: admin, ["status": "disabled", "disabled_reason": "repair"])
    #expect(off.json["service"]?["disabled_reason"] == "repair")
    let on = await scene.send("PUT", path, at: 69, as: admin, ["status": "enabled"])
    #expect(on.json["service"]?["disabled_reason"] == automatic)
    try await scene.node.heartbeat()
    let healed = await scene.send("GET", "os-services", at: 69, as: admin)
    #expect(healed.json["services"]?[0]?["status"] == "enabled")
    #expect(healed.json["services"]?[0]?["disabled_reason"] == .null)
  }

  @Test func zonesNameTheirHostsForAdministrators() async throws {
    let scene = try await ComputeScene()
    let list = await scene.send("GET", "os-availability-zone")
    #expect(
      list.json["availabilityZoneInfo"] == [
        ["zoneName": "nova", "zoneState": ["available": true], "hosts": nil]
      ])
    let detail = await scene.send("GET", "os-availability-zone/detail", as: admin)
    let hosts = detail.json["availabilityZoneInfo"]?[0]?["hosts"]
    #expect(hosts?["node-1"]?["nova-compute"]?["available"] == true)
    #expect(await scene.send("GET", "os-availability-zone/detail").status == 403)
  }

  @Test func limitsCountAProjectsServers() async throws {
    let scene = try await ComputeScene()
    _ = try await scene.createActive()
    let mine = await scene.send("GET", "limits?reserved=False")
    #expect(mine.json["limits"]?["absolute"]?["totalInstancesUsed"] == 1)
    #expect(mine.json["limits"]?["absolute"]?["totalRAMUsed"] == 512)
    #expect(mine.json["limits"]?["absolute"]?["maxTotalInstances"] == -1)
    #expect(mine.json["limits"]?["absolute"]?["maxSecurityGroups"] == -1)
    let project = TestCallers.member.project.hex
    let byAdmin = await scene.send("GET", "limits?tenant_id=\(project)", at: 57, as: admin)
    #expect(byAdmin.json["limits"]?["absolute"]?["totalCoresUsed"] == 1)
    #expect(byAdmin.json["limits"]?["absolute"]?.keys.contains("maxSecurityGroups") == false)
    #expect(await scene.send("GET", "limits?reserved=0", at: 75).status == 400)
  }
}
