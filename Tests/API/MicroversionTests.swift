// SPDX-License-Identifier: Apache-2.0

import API
import Base
import HTTPServer
import JSON
import Log
import TestSupport
import Testing

/// The rules of API-SIG's microversions with Nova's own older header.
@Suite(.timeLimit(.minutes(10)))
struct MicroversionTests {
  private static let general = "OpenStack-API-Version"
  private static let older = "X-OpenStack-Nova-API-Version"

  private func answer(at path: String = "/compute/v", _ headers: [(name: String, value: String)])
    async -> (HTTPResponse, version: String?)
  {
    let handler = APIHandler(
      routes: [
        .compute: [
          Route("GET", "/v", access: .open) { context in
            .json { $0.field("version", context.microversion.description) }
          },
          Route(
            "GET", "/later", access: .open, versions: Microversion(2, 10)...Microversion(2, 20)
          ) { _ in .json { _ in } },
        ]
      ], authenticator: NobodyKnown(), randomness: SeededRandomness(), configuration: .init(),
      log: .silent)
    let head = HTTPHead(
      method: "GET", path: path, headers: headers + [("X-Auth-Token", "token")])
    let response = await handler.respond(to: head, body: .bytes([]))
    guard case .bytes(let bytes) = response.body else { return (response, nil) }
    return (response, (try? JSONValue(parsing: bytes))?["version"]?.text)
  }

  private func values(_ name: String, _ response: HTTPResponse) -> [String] {
    response.headers.filter { $0.name == name }.map(\.value)
  }

  @Test(arguments: [
    ([], "2.1"),
    ([(Self.general, "compute 2.53")], "2.53"),
    ([(Self.general, "Compute  2.53 ")], "2.53"),
    ([(Self.general, "compute latest")], MicroversionRange.compute.newest.description),
    ([(Self.older, "2.10")], "2.10"),
    ([(Self.older, "latest")], MicroversionRange.compute.newest.description),
    ([(Self.general, "compute 2.5"), (Self.older, "2.10")], "2.5"),
    // The last entry for the service counts; others' don't.
    ([(Self.general, "compute 2.5, identity 3.1, compute 2.7, volume 3.0")], "2.7"),
    ([(Self.general, "volume 3.59")], "2.1"),
    ([(Self.general, "volume 3.59"), (Self.older, "2.10")], "2.10"),
  ])
  func aRequestChooses(headers: [(String, String)], expected: String) async {
    let (response, version) = await answer(headers.map { (name: $0.0, value: $0.1) })
    #expect(response.status == 200)
    #expect(version == expected)
    #expect(values(Self.general, response) == ["compute \(expected)"])
    #expect(values(Self.older, response) == [expected])
    #expect(values("Vary", response) == [Self.general, Self.older])
  }

  @Test(arguments: ["2", "2.", "2.x", "x", "2.01", "-2.1", "2.1.1", "0.1", "LATEST"])
  func aMalformedVersionIs400(text: String) async {
    let (response, _) = await answer([(Self.general, "compute \(text)")])
    #expect(response.status == 400)
    #expect(values("Vary", response) == [Self.general, Self.older])
  }

  @Test(arguments: ["2.0", "1.9", "3.0", "2.999999"])
  func aVersionOutOfRangeIs406(text: String) async {
    let (response, _) = await answer([(Self.general, "compute \(text)")])
    #expect(response.status == 406)
    #expect(values(Self.general, response).count == 1)
    #expect(values(Self.older, response).count == 1)
  }

  @Test func aMethodThatIsAbsentAtAVersionIs404() async {
    for (version, status) in [("2.9", 404), ("2.10", 200), ("2.20", 200), ("2.21", 404)] {
      let (response, _) = await answer(at: "/compute/later", [(Self.general, "compute \(version)")])
      // Where nothing is served the token is asked for first, and this one opens nothing.
      #expect(response.status == (status == 404 ? 401 : status), "\(version)")
    }
  }
}
