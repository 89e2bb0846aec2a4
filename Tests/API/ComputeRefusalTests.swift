// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import TestSupport
import Testing

/// Requests for servers that are wrong: each answer names the field and what is allowed.
@Suite(.timeLimit(.minutes(10)))
struct ComputeRefusalTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let fields: JSONValue
    let says: String
    var minor = 100
    var status = 400

    init(_ fields: JSONValue, _ says: String, at minor: Int = 100, status: Int = 400) {
      (self.fields, self.says, self.minor, self.status) = (fields, says, minor, status)
    }

    var testDescription: String { says }
  }

  private static let id: JSONValue = "b9b501d1-d854-4b71-8002-ffffffffffff"

  static let cases: [Case] = [
    Case(["name": 5], "server.name: expected a string, got 5"),
    Case(["name": ""], "server.name: must not be empty"),
    Case(["name": " a"], "server.name: expected printable characters"),
    Case(["name": "a\nb"], "server.name: expected printable characters"),
    Case(["name": .string(String(repeating: "x", count: 256))], "server.name: is 256 bytes long"),
    Case(["flavour": "f1"], "server.flavour: is not known here"),
    Case(["flavorRef": "none"], "Flavor none could not be found"),
    Case(["flavorRef": []], "server.flavorRef: expected a string"),
    Case(["imageRef": "img"], "server.imageRef: expected a UUID, got \"img\""),
    Case(["imageRef": ""], "Missing imageRef attribute"),
    Case(["imageRef": id], "Image b9b501d1-d854-4b71-8002-ffffffffffff could not be found"),
    Case(["networks": "all"], "server.networks: expected one of auto, none, got \"all\""),
    Case(["networks": "auto"], "server.networks: expected an array", at: 36),
    Case(["networks": [[:]]], "server.networks[0]: uuid or port is required"),
    Case(["networks": [["uuid": "x"]]], "server.networks[0].uuid: expected a UUID"),
    Case(["networks": [["uuid": id]]], "Network b9b501d1-d854-4b71-8002-ffffffffffff"),
    Case(["networks": [["port": id]]], "Port id b9b501d1-d854-4b71-8002-ffffffffffff"),
    Case(["networks": [["port": id, "fixed_ip": "10.0.0.9"]]], "cannot be given together"),
    Case(["networks": [["port": id], ["port": id]]], "networks[1]: names a port for the second"),
    Case(["networks": [["uuid": id, "fixed_ip": "10.0.0"]]], "fixed_ip: expected an IP address"),
    Case(["networks": [["uuid": id, "tag": "t"]]], "networks[0].tag: device tags are not served"),
    Case(["networks": [["uuid": id, "tag": "t"]]], "tag: is not known here", at: 37),
    Case(["min_count": 0], "server.min_count: expected an integer from 1"),
    Case(["min_count": 3, "max_count": 2], "min_count must be <= max_count: got 3 and 2"),
    Case(["max_count": 1000], "one request may ask for 100", status: 403),
    Case(["max_count": 2, "hostname": "a"], "server.hostname: can be given for one server only"),
    Case(["hostname": "a.b"], "server.hostname: expected letters", at: 93),
    Case(["hostname": "a"], "server.hostname: is not known here", at: 89),
    Case(["key_name": "none"], "Invalid key_name provided"),
    Case(["security_groups": [["name": "none"]]], "Security group none not found"),
    Case(["security_groups": ["default"]], "security_groups[0]: expected an object"),
    Case(["availability_zone": "none"], "The requested availability zone is not available"),
    Case(["availability_zone": "nova:node-1"], "to choose a server's host", status: 403),
    Case(["host": "node-1"], "to choose a server's host", status: 403),
    Case(["user_data": "%%"], "server.user_data: expected base64"),
    Case(["metadata": ["a": 1]], "server.metadata.a: expected a string, got 1"),
    Case(["metadata": ["a": .string(String(repeating: "x", count: 256))]], "metadata.a: is 256"),
    Case(["description": "d"], "server.description: is not known here", at: 18),
    Case(["tags": ["t"]], "server.tags: server tags are not served"),
    Case(["tags": []], "server.tags: is not known here", at: 51),
    Case(["personality": []], "server.personality: is not known here", at: 57),
    Case(
      ["personality": [["path": "a", "contents": ""]]], "file injection is not served", at: 56),
    Case(["adminPass": "x"], "server.adminPass: passwords are not set in guests"),
    Case(["OS-DCF:diskConfig": "AUTO"], "only MANUAL is served"),
    Case(["config_drive": "maybe"], "server.config_drive: expected true or false"),
    Case(["trusted_image_certificates": ["x"]], "image certificates are not served"),
    Case(
      ["block_device_mapping": [["volume_id": id]]], "only block_device_mapping_v2 is served"),
    Case(
      [
        "imageRef": "",
        "block_device_mapping_v2": [
          ["uuid": id, "source_type": "image", "destination_type": "volume", "boot_index": 0]
        ],
      ],
      "only source_type image with destination_type local is served, got \"image\" and \"volume\""),
    Case(
      ["block_device_mapping_v2": [["source_type": "image", "boot_index": 0, "uuid": id]]],
      "differs from imageRef"),
    Case(
      ["block_device_mapping_v2": [["source_type": "image", "boot_index": 1, "uuid": id]]],
      "boot_index must be 0, got 1"),
  ]

  @Test(arguments: cases) func aWrongRequestIsRefusedInWords(_ wrong: Case) async throws {
    let scene = try await ComputeScene()
    let answer = await scene.send("POST", "servers", at: wrong.minor, scene.body(wrong.fields))
    #expect(answer.status == wrong.status, "\(answer.text)")
    let fault = answer.json[wrong.status == 403 ? "forbidden" : "badRequest"]
    #expect(fault?["code"] == .integer(Int64(wrong.status)))
    #expect(fault?["message"]?.text?.contains(wrong.says) == true, "\(answer.text)")
    let list = await scene.send("GET", "servers?all_tenants=1", at: 100, as: TestCallers.admin)
    #expect(list.json["servers"] == [], "nothing is left of it")
  }

  @Test func whatIsNoJSONIsRefused() async throws {
    let scene = try await ComputeScene()
    for (bytes, says) in [
      ("", "empty"), ("{", "JSON"), ("[]", "expected an object"), ("{}", "server: is required"),
      (#"{"server": []}"#, "server: expected an object"),
      (#"{"server": {"name": "a", "flavorRef": "f1"}}"#, "networks: is required"),
      (#"{"server": {}, "os:scheduler_hints": {"group": "g"}}"#, "scheduler hints are not served"),
    ] {
      let answer = await scene.api.send(
        "POST", "/compute/v2.1/servers", as: TestCallers.member,
        headers: [
          ("Content-Type", "application/json"), ("OpenStack-API-Version", "compute 2.100"),
        ],
        pieces: [Array(bytes.utf8)])
      #expect(answer.status == 400)
      let message = answer.json["badRequest"]?["message"]?.text ?? ""
      #expect(message.contains(says) || message.contains("imageRef"), "\(bytes): \(message)")
    }
    let type = await scene.api.send(
      "POST", "/compute/v2.1/servers", as: TestCallers.member,
      headers: [("Content-Type", "text/plain")], pieces: [Array("{}".utf8)])
    #expect(type.status == 400)
    let big = await scene.api.send(
      "POST", "/compute/v2.1/servers", as: TestCallers.member,
      pieces: [[UInt8](repeating: 0x20, count: (1 << 20) + 1)])
    #expect(big.status == 413)
    #expect(await scene.send("GET", "servers", at: 100).status == 200, "everything goes on")
  }
}
