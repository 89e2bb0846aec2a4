// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import Testing

@Suite struct JSONReaderTests {
  let body = JSONReader([
    "server": [
      "name": "web", "flavorRef": 5, "empty": "", "nothing": nil, "count": "12", "min": 3,
      "on": true, "networks": [["uuid": "x"], ["uuid": 7]], "tags": ["a", "b"], "half": 0.5,
      "long": .string(String(repeating: "é", count: 200)), "nul": "a\u{0}b",
      "id": "6f1d1e5c00004000800000000000000a",
    ]
  ])

  private func message(_ read: (JSONReader) throws -> Void) throws -> String {
    let server = try body.object("server")
    let error = try #require(throws: RoostError.self) { try read(server) }
    #expect(error.kind == .badRequest)
    return error.user
  }

  @Test func readsWhatIsThere() throws {
    let server = try body.object("server")
    #expect(try server.string("name") == "web")
    #expect(try server.optionalString("nothing") == nil)
    #expect(try server.optionalString("absent") == nil)
    #expect(try server.string("empty", allowEmpty: true) == "")
    #expect(try server.integer("count", lenient: true) == 12)
    #expect(try server.integer("min", in: 1...3) == 3)
    #expect(try server.bool("on"))
    #expect(try server.strings("tags") == ["a", "b"])
    #expect(try server.array("networks")[0].string("uuid") == "x")
    #expect(try server.member("half").asNumber() == 0.5)
    #expect(try server.id("id", as: InstanceID.self).hex == "6f1d1e5c00004000800000000000000a")
    #expect(server.has("nothing") && server.isNull("nothing") && !server.has("absent"))
  }

  @Test func errorsNamePathAndValueAndWhatIsAllowed() throws {
    #expect(
      try message { _ = try $0.string("flavorRef") }
        == "server.flavorRef: expected a string, got 5.")
    #expect(try message { _ = try $0.string("absent") } == "server.absent: is required.")
    #expect(try message { _ = try $0.string("empty") } == "server.empty: must not be empty.")
    #expect(
      try message { _ = try $0.string("long") }
        == "server.long: is 400 bytes long; at most 255 are allowed.")
    #expect(
      try message { _ = try $0.string("nul") }
        == "server.nul: must not contain the NUL character.")
    #expect(
      try message { _ = try $0.integer("min", in: 4...9) }
        == "server.min: expected an integer from 4 to 9, got 3.")
    #expect(
      try message { _ = try $0.integer("count") }
        == #"server.count: expected an integer, got "12"."#
    )
    #expect(
      try message { _ = try $0.array("networks")[1].string("uuid") }
        == "server.networks[1].uuid: expected a string, got 7.")
    #expect(
      try message { _ = try $0.choice("name", of: ["a", "b"]) }
        == #"server.name: expected one of a, b, got "web"."#)
    #expect(
      try message { _ = try $0.array("tags", maxCount: 1) }
        == "server.tags: has 2 elements; at most 1 are allowed.")
    #expect(
      try message { try $0.object("networks").refuseUnknown(allowed: []) }
        == "server.networks: expected an object, got an array of 2.")
    #expect(
      try message { _ = try $0.id("name", as: InstanceID.self) }
        == #"server.name: expected a UUID, got "web"."#)
    #expect(try message { _ = try $0.bool("name", lenient: true) }.hasSuffix(#"got "web"."#))
  }

  @Test func refusesUnknownMembers() throws {
    let reader = JSONReader(["name": 1, "nmae": 2], path: "flavor")
    try reader.refuseUnknown(allowed: ["name", "nmae"])
    let error = try #require(throws: RoostError.self) {
      try reader.refuseUnknown(allowed: ["ram", "name"])
    }
    #expect(error.user == "flavor.nmae: is not known here; allowed are name, ram.")
    #expect(error.field == "flavor.nmae")
  }

  @Test func aBodyThatIsNoObjectIsNamedSo() throws {
    let error = try #require(throws: RoostError.self) { try JSONReader([1]).string("a") }
    #expect(error.user == "The body: expected an object, got an array of 1.")
  }
}
