// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ComputeServerTests {
  @Test func aServerIsMadeShownAndDeleted() async throws {
    let scene = try await ComputeScene()
    let answer = await scene.send(
      "POST", "servers", at: 100,
      scene.body([
        "min_count": 1, "max_count": 1,
        "block_device_mapping_v2": [
          [
            "uuid": .string("\(scene.things.image.id)"), "boot_index": 0, "source_type": "image",
            "destination_type": "local", "delete_on_termination": true,
          ]
        ],
      ]))
    #expect(answer.status == 202)
    let id = try #require(answer.json["server"]?["id"]?.text)
    #expect(answer.header("Location") == "\(TestAPI.root)/compute/v2.1/servers/\(id)")
    #expect(answer.json["server"]?["security_groups"] == [["name": "default"]])

    let building = await scene.send("GET", "servers/\(id)", at: 100)
    #expect(building.json["server"]?["status"] == "BUILD")
    #expect(building.json["server"]?["OS-EXT-STS:task_state"] == "spawning")
    #expect(building.json["server"]?["addresses"] == [:], "Nova hides them until it runs")

    try await scene.node.settleNext()
    let active = await scene.send("GET", "servers/\(id)", at: 100)
    #expect(active.json["server"]?["status"] == "ACTIVE")
    #expect(active.json["server"]?["OS-EXT-STS:power_state"] == 1)
    let address = active.json["server"]?["addresses"]?["net-1"]?[0]
    #expect(address?["addr"] == "10.0.0.2")
    #expect(address?["version"] == 4)
    #expect(address?["OS-EXT-IPS:type"] == "fixed")

    #expect(await scene.send("DELETE", "servers/\(id)", at: 100).status == 204)
    let deleting = await scene.send("GET", "servers/\(id)", at: 100)
    #expect(deleting.json["server"]?["OS-EXT-STS:task_state"] == "deleting")
    try await scene.node.vanishNext()
    let gone = await scene.send("GET", "servers/\(id)", at: 100)
    #expect(gone.status == 404)
    #expect(gone.json["itemNotFound"]?["code"] == 404)
  }

  /// What apache-libcloud sends: no microversion, and an empty metadata.
  @Test func aServerIsMadeWithoutAMicroversion() async throws {
    let scene = try await ComputeScene()
    let made = await scene.send("POST", "servers", scene.body(["metadata": [:]]))
    #expect(made.status == 202)
    #expect(made.header("OpenStack-API-Version") == "compute 2.1")
    let id = try #require(made.json["server"]?["id"]?.text)
    let shown = await scene.send("GET", "servers/\(id)")
    #expect(shown.json["server"]?["flavor"]?["id"] == "f1")
  }

  @Test func manyServersAreMadeAtOnce() async throws {
    let scene = try await ComputeScene()
    let made = await scene.send(
      "POST", "servers", at: 100,
      scene.body(["min_count": "2", "max_count": 2, "return_reservation_id": true]))
    #expect(made.status == 202)
    let reservation = try #require(made.json["reservation_id"]?.text)
    let list = await scene.send("GET", "servers?reservation_id=\(reservation)", at: 100)
    #expect(Set(list.json["servers"]?.texts("name") ?? []) == ["one-1", "one-2"])
  }

  @Test func everyFieldOfARequestIsKept() async throws {
    let scene = try await ComputeScene()
    let key = try await scene.cloud.cloud.importKeyPair(
      "key", publicKey: ComputeKeyPairTests.publicKey, user: nil, for: TestCallers.member)
    let id = try await scene.createActive(
      "Two words",
      [
        "key_name": .string(key.name), "metadata": ["b": "2", "a": "1"], "description": "text",
        "user_data": "aGVs\nbG8=", "availability_zone": "nova", "config_drive": "",
        "security_groups": [["name": "default"]], "hostname": "guest.example.org",
      ])
    let shown = await scene.send("GET", "servers/\(id)", at: 100, as: TestCallers.admin)
    let server = try #require(shown.json["server"])
    #expect(server["name"] == "Two words")
    #expect(server["key_name"] == "key")
    #expect(server["metadata"] == ["a": "1", "b": "2"])
    #expect(server["description"] == "text")
    #expect(server["OS-EXT-SRV-ATTR:user_data"] == "aGVsbG8=")
    #expect(server["OS-EXT-SRV-ATTR:hostname"] == "guest.example.org")
    #expect(server["pinned_availability_zone"] == "nova")
    #expect(server["config_drive"] == "True", "every server has one")
    #expect(server["hostId"]?.text?.count == 56)
  }

  @Test func networksCanBeWordsPortsAndAddresses() async throws {
    let scene = try await ComputeScene()
    _ = try await scene.createActive("none", ["networks": "none"])
    let auto = try await scene.createActive("auto", ["networks": "auto"])
    let fixed = try await scene.createActive(
      "fixed",
      [
        "networks": [
          ["uuid": .string("\(scene.things.network.id)"), "fixed_ip": "10.0.0.77"]
        ]
      ])
    let addresses = await scene.send("GET", "servers/\(fixed)/ips", at: 100)
    #expect(addresses.json["addresses"]?["net-1"] == [["version": 4, "addr": "10.0.0.77"]])
    let one = await scene.send("GET", "servers/\(auto)/ips/net-1", at: 100)
    #expect(one.json["net-1"]?[0]?["addr"] == "10.0.0.2")
    #expect(await scene.send("GET", "servers/\(auto)/ips/other", at: 100).status == 404)
    let interfaces = await scene.send("GET", "servers/\(fixed)/os-interface", at: 70)
    let port = try #require(interfaces.json["interfaceAttachments"]?[0])
    #expect(port["fixed_ips"]?[0]?["ip_address"] == "10.0.0.77")
    #expect(port["port_state"] == "ACTIVE")
    #expect(port.keys.contains("tag"))
    let id = try #require(port["port_id"]?.text)
    let shown = await scene.send("GET", "servers/\(fixed)/os-interface/\(id)", at: 69)
    #expect(shown.json["interfaceAttachment"]?["mac_addr"] == port["mac_addr"])
    #expect(shown.json["interfaceAttachment"]?.keys.contains("tag") == false)
  }

  @Test func nameAndDescriptionChange() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    let renamed = await scene.send(
      "PUT", "servers/\(id)", at: 100, ["server": ["name": "other", "description": "new"]])
    #expect(renamed.status == 200)
    #expect(renamed.json["server"]?["name"] == "other")
    #expect(renamed.json["server"]?["description"] == "new")
    let cleared = await scene.send(
      "PUT", "servers/\(id)", at: 100, ["server": ["description": nil]])
    #expect(cleared.json["server"]?["name"] == "other")
    #expect(cleared.json["server"]?["description"] == .null)
    let refused = await scene.send(
      "PUT", "servers/\(id)", at: 100, ["server": ["hostname": "other"]])
    #expect(refused.status == 400)
  }

  @Test func aFailedServerSaysWhy() async throws {
    let scene = try await ComputeScene()
    _ = try await scene.cloud.addFlavor("huge", vcpus: 1000)
    let id = try await scene.create("big", ["flavorRef": "huge"])
    let seen = await scene.send("GET", "servers/\(id)", at: 100)
    #expect(seen.json["server"]?["status"] == "ERROR")
    let fault = try #require(seen.json["server"]?["fault"])
    #expect(fault["code"] == 500)
    #expect(fault["message"]?.text?.hasPrefix("No valid host was found.") == true)
    #expect(fault["message"]?.text?.contains("node-1") == false, "hosts are not a member's to see")
    #expect(fault["details"] == nil)
    let byAdmin = await scene.send("GET", "servers/\(id)", at: 100, as: TestCallers.admin)
    #expect(byAdmin.json["server"]?["fault"]?["details"]?.text?.contains("node-1") == true)
    let actions = await scene.send(
      "GET", "servers/\(id)/os-instance-actions", at: 84, as: TestCallers.admin)
    let request = try #require(actions.json["instanceActions"]?[0]?["request_id"]?.text)
    let action = await scene.send(
      "GET", "servers/\(id)/os-instance-actions/\(request)", at: 84, as: TestCallers.admin)
    #expect(action.json["instanceAction"]?["message"] == "Error")
    let event = action.json["instanceAction"]?["events"]?[0]
    #expect(event?["result"] == "Error")
    #expect(event?["details"]?.text?.contains("No valid host") == true)
    let missing = await scene.send("GET", "servers/\(id)/os-instance-actions/req-none", at: 84)
    #expect(missing.status == 404)
  }

  @Test func serversOfOthersAreNotThere() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive()
    for (method, path) in [
      ("GET", ""), ("DELETE", ""), ("GET", "/ips"), ("GET", "/os-interface"), ("GET", "/metadata"),
      ("GET", "/os-instance-actions"),
    ] {
      let answer = await scene.send(
        method, "servers/\(id)\(path)", at: 100, as: TestCallers.stranger)
      #expect(answer.status == 404, "\(method) \(path)")
    }
    let seen = await scene.send("GET", "servers/\(id)", at: 100, as: TestCallers.reader)
    #expect(seen.status == 200)
    let byReader = await scene.send("DELETE", "servers/\(id)", at: 100, as: TestCallers.reader)
    #expect(byReader.status == 403)
    #expect(byReader.json["forbidden"]?["code"] == 403)
    #expect(await scene.send("GET", "servers/no-uuid", at: 100).status == 404)
  }

  @Test func aConsoleIsReadOnceTheServerHasRun() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.create()
    let read: JSONValue = ["os-getConsoleOutput": ["length": nil]]
    let early = await scene.send("POST", "servers/\(id)/action", at: 100, read)
    #expect(early.status == 409)
    #expect(early.json["conflictingRequest"]?["message"] == .string("Instance \(id) is not ready"))
    try await scene.node.settleNext()
    scene.node.setConsole(
      Array("\u{1B}[1mlogin:\u{0}\r\n\tok\u{FF}".utf8), of: try #require(InstanceID(id)))
    let late = await scene.send("POST", "servers/\(id)/action", at: 100, read)
    #expect(late.status == 200)
    #expect(late.json["output"] == "[1mlogin:\n\tok\u{FF}")
    let none = await scene.send(
      "POST", "servers/\(id)/action", ["os-getConsoleOutput": ["length": "0"]])
    #expect(none.json["output"] == "")
    for bad: JSONValue in [
      ["os-getConsoleOutput": ["length": "x"]], ["os-getConsoleOutput": ["lines": 1]],
      ["os-stop": nil],
      [:], ["a": nil, "b": nil], [],
    ] {
      let answer = await scene.send("POST", "servers/\(id)/action", at: 100, bad)
      #expect(answer.status == 400, "\(bad)")
    }
    await scene.node.disconnect()
    _ = await scene.node.closed()
    let cut = await scene.send("POST", "servers/\(id)/action", at: 100, read)
    #expect(cut.status == 503)
    #expect(cut.json["serviceUnavailable"]?["code"] == 503)
  }

  @Test func metadataChanges() async throws {
    let scene = try await ComputeScene()
    let id = try await scene.createActive("one", ["metadata": ["a": "1"]])
    let path = "servers/\(id)/metadata"
    let added = await scene.send("POST", path, ["metadata": ["b": "2"]])
    #expect(added.json == ["metadata": ["a": "1", "b": "2"]])
    let one = await scene.send("PUT", "\(path)/b", ["meta": ["b": "3"]])
    #expect(one.json == ["meta": ["b": "3"]])
    #expect(await scene.send("GET", "\(path)/b").json == ["meta": ["b": "3"]])
    #expect(await scene.send("PUT", "\(path)/b", ["meta": ["c": "3"]]).status == 400)
    #expect(await scene.send("DELETE", "\(path)/b").status == 204)
    #expect(await scene.send("GET", "\(path)/b").status == 404)
    #expect(await scene.send("DELETE", "\(path)/b").status == 404)
    let whole = await scene.send("PUT", path, ["metadata": ["z": ""]])
    #expect(whole.json == ["metadata": ["z": ""]])
    #expect(await scene.send("GET", path).json == ["metadata": ["z": ""]])
    #expect(await scene.send("POST", path, ["metadata": ["b": 2]]).status == 400)
    #expect(await scene.send("POST", path, ["metadata": ["a/b": "2"]]).status == 400)
  }
}
