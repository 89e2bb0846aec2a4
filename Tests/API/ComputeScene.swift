// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

/// A cloud with a node and what servers are made of, asked through Nova's API.
struct ComputeScene {
  let cloud: TestCloud
  let api: TestAPI
  let node: TestNode
  let things: TestThings

  init() async throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
    node = try await cloud.addNode()
    things = try await cloud.addThings()
  }

  /// Sends a request at microversion 2.`minor`; nil names none.
  func send(
    _ method: String, _ path: String, at minor: Int? = nil,
    as caller: Caller = TestCallers.member, _ body: JSONValue? = nil
  ) async -> TestAnswer {
    let version = minor.map { [("OpenStack-API-Version", "compute 2.\($0)")] } ?? []
    return await api.send(
      method, "/compute/v2.1/\(path)", as: caller,
      headers: version.map { (name: $0.0, value: $0.1) }, body)
  }

  /// What makes a server, with other fields beside or instead.
  func body(_ fields: JSONValue = [:]) -> JSONValue {
    let usual: JSONValue = [
      "name": "one", "flavorRef": "f1", "imageRef": .string("\(things.image.id)"),
      "networks": [["uuid": .string("\(things.network.id)")]],
    ]
    return ["server": usual.laidUnder(fields)]
  }

  /// Makes a server and returns its id.
  func create(
    _ name: String = "one", as caller: Caller = TestCallers.member, _ fields: JSONValue = [:]
  ) async throws -> String {
    let named: JSONValue = ["name": .string(name)]
    let answer = await send(
      "POST", "servers", at: 100, as: caller, body(named.laidUnder(fields)))
    #expect(answer.status == 202, "\(answer.text)")
    return try #require(answer.json["server"]?["id"]?.text)
  }

  /// Makes a server and has its node say that it runs.
  func createActive(
    _ name: String = "one", as caller: Caller = TestCallers.member, _ fields: JSONValue = [:]
  ) async throws -> String {
    let id = try await create(name, as: caller, fields)
    try await node.settleNext()
    return id
  }
}

extension JSONValue {
  /// An object's keys.
  var keys: Set<String> { Set(members?.keys ?? []) }

  /// An object's members, with another's over them.
  func laidUnder(_ other: JSONValue) -> JSONValue {
    var object = members ?? JSONObject()
    for (key, value) in other.members ?? JSONObject() { object[key] = value }
    return .object(object)
  }

  /// The texts under a key in each element of an array.
  func texts(_ key: String) -> [String] { (elements ?? []).compactMap { $0[key]?.text } }
}
