// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer
import JSON
import Log
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(10)))
struct PlumbingTests {
  private let cloud: TestCloud
  private let api: TestAPI

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  // MARK: Finding the route

  @Test func logsShowNoGrants() {
    #expect(APIHandler.logged("/image/v2/grants/c2VjcmV0/x") == "/image/v2/grants/***")
    #expect(APIHandler.logged("/image/v2/images") == "/image/v2/images")
  }

  @Test func anUnknownPathIs404() async {
    for path in [
      "/identity/v3/nothing", "/identity/v3/users/1/2/3/4", "/image/v9", "/placement/x",
      "/elsewhere", "/", "/identity/%zz", "/identity/v3/%ff%fe",
    ] {
      #expect(await api.send("GET", path).status == 404, "\(path)")
    }
  }

  @Test func anUnknownPathIs401WithoutAToken() async {
    let answer = await api.send("GET", "/identity/v3/nothing", as: nil)
    #expect(answer.status == 401)
    #expect(
      answer.header("WWW-Authenticate") == "Keystone uri=\"\(TestAPI.root)/identity\"")
  }

  @Test func anotherMethodIs405AndNamesThoseThereAre() async {
    let answer = await api.send("PUT", "/identity/v3/projects")
    #expect(answer.status == 405)
    #expect(answer.header("Allow") == "GET, POST")
    #expect(answer.json["error"]?["code"] == 405)
  }

  @Test func slashesAndEscapesMakeNoDifference() async {
    for path in [
      "/identity/v3/domains/default", "/identity/v3/domains/default/",
      "//identity///v3/domains/default", "/identity/v3/domains/%64efault",
    ] {
      #expect(await api.send("GET", path).json["domain"]?["id"] == "default", "\(path)")
    }
    // An escaped slash is part of a name, never a separator.
    #expect(await api.send("GET", "/identity/v3/domains%2Fdefault").status == 404)
  }

  @Test func headIsAnsweredAsGet() async {
    #expect(await api.send("HEAD", "/identity/v3/domains").status == 200)
    #expect(await api.send("HEAD", "/identity/v3/auth/nothing").status == 404)
  }

  // MARK: Who may

  @Test func aRouteForAdminsRefusesOthers() async {
    #expect(await api.send("GET", "/identity/v3/services").status == 200)
    let answer = await api.send("GET", "/identity/v3/services", as: TestCallers.member)
    #expect(answer.status == 403)
    #expect(answer.json["error"]?["title"] == "Forbidden")
  }

  @Test(arguments: ["", "nonsense", "dGVzdA", "test:nobody", String(repeating: "A", count: 5000)])
  func aTokenThatIsNoneIs401(token: String) async {
    let answer = await api.send(
      "GET", "/image/v2/images", as: nil, headers: [("X-Auth-Token", token)])
    #expect(answer.status == 401)
    #expect(answer.header("WWW-Authenticate")?.hasPrefix("Keystone uri=") == true)
  }

  // MARK: Bodies

  @Test(arguments: [
    ("", "empty"), ("{", "line 1"), ("[1,]", "line 1"), ("{\"project\": \u{1}}", "line 1"),
    ("null", "The body: expected an object"), ("[]", "The body: expected an object"),
    ("{}", "project: is required"), ("{\"project\": 5}", "project: expected an object, got 5"),
    ("{\"project\": {}}", "project.name: is required"),
    ("{\"project\": {\"name\": 5}}", "project.name: expected a string, got 5"),
    ("{\"project\": {\"name\": \"\"}}", "project.name"),
    ("{\"project\": {\"name\": \"a\", \"enabled\": \"x\"}}", "project.enabled"),
    (String(repeating: "[", count: 1000), "deep"),
  ])
  func aBodyThatIsWrongIsRefusedWithTheFieldsName(body: String, expected: String) async {
    let answer = await api.send(
      "POST", "/identity/v3/projects", headers: [("Content-Type", "application/json")],
      pieces: [Array(body.utf8)])
    #expect(answer.status == 400)
    let message = answer.json["error"]?["message"]?.text ?? ""
    #expect(message.contains(expected), "\(message)")
  }

  @Test func aBodyOfAnotherMediaTypeIsRefused() async {
    let answer = await api.send(
      "POST", "/identity/v3/projects", headers: [("Content-Type", "text/xml")],
      pieces: [Array("<a/>".utf8)])
    #expect(answer.status == 400)
    #expect(answer.text.contains("Content-Type: expected application/json"))
    let named = await api.send(
      "POST", "/identity/v3/projects", headers: [("Content-Type", "Application/JSON; charset=x")],
      pieces: [Array("{}".utf8)])
    #expect(named.text.contains("project: is required"))
    for nothing in ["", ";", " ; charset=x"] {
      let unnamed = await api.send(
        "POST", "/identity/v3/projects", headers: [("Content-Type", nothing)],
        pieces: [Array("{}".utf8)])
      #expect(unnamed.text.contains("project: is required"))
    }
  }

  @Test func bodiesHaveLimits() async {
    let large = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
    #expect(await api.send("POST", "/identity/v3/projects", pieces: [large]).status == 413)
    // Whoever has no token yet may send less.
    let smaller = [UInt8](repeating: 0x20, count: (64 << 10) + 1)
    #expect(
      await api.send("POST", "/identity/v3/auth/tokens", as: nil, pieces: [smaller]).status == 413)
    #expect(await api.send("POST", "/no/such/path", pieces: [large]).status == 413)
  }

  // MARK: Answers

  @Test func everyAnswerNamesItsRequest() async throws {
    var seen: Set<String> = []
    for path in ["/identity/v3", "/identity/nothing", "/image/v2/images", "/image/v2/images/x"] {
      let answer = await api.send("GET", path)
      let id = try #require(answer.header("x-openstack-request-id"))
      #expect(id.hasPrefix("req-") && id.utf8.count == 40)
      seen.insert(id)
    }
    #expect(seen.count == 4)
  }

  @Test func linksNameTheListenerAsTheClientSeesIt() async throws {
    func link(host: String?, publicURL: String? = nil, isTLS: Bool = false) async -> String? {
      let handler = APIHandler(
        routes: [
          .identity: [
            Route("GET", "/", access: .open) { context in
              .json { $0.field("root", context.baseURL) }
            }
          ]
        ], authenticator: NobodyKnown(), randomness: SeededRandomness(),
        configuration: .init(publicURL: publicURL, isTLS: isTLS, address: "127.0.0.1:8770"),
        log: .silent)
      let head = HTTPHead(
        method: "GET", path: "/identity", headers: host.map { [("Host", $0)] } ?? [])
      let response = await handler.respond(to: head, body: .bytes([]))
      guard case .bytes(let bytes) = response.body else { return nil }
      return (try? JSONValue(parsing: bytes))?["root"]?.text
    }
    #expect(await link(host: "cloud:8770") == "http://cloud:8770/identity")
    #expect(await link(host: "[::1]:8770", isTLS: true) == "https://[::1]:8770/identity")
    #expect(
      await link(host: "x", publicURL: "https://c.example/os") == "https://c.example/os/identity")
    for hostile in [nil, "", "evil.example/<script>", "a\"b", "a b"] {
      #expect(await link(host: hostile) == "http://127.0.0.1:8770/identity", "\(hostile ?? "nil")")
    }
  }

  @Test func whatIsForTheOperatorIsLoggedAndNotShown() async throws {
    let logged = CapturingSink()
    let handler = APIHandler(
      routes: [
        .image: [
          Route("GET", "/v2/fails", access: .open) { (_) throws(RoostError) in
            throw RoostError(.internal, "Something <b> failed.", operator: "the secret path")
          }
        ]
      ], authenticator: NobodyKnown(), randomness: SeededRandomness(), configuration: .init(),
      log: Logger(logged))
    let response = await handler.respond(
      to: HTTPHead(method: "GET", path: "/image/v2/fails"), body: .bytes([]))
    #expect(response.status == 500)
    guard case .bytes(let bytes) = response.body else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("Something &lt;b&gt; failed."))
    #expect(!text.contains("secret"))
    let record = try #require(logged.records.first)
    #expect(record.level == .error && record.text.contains("the secret path"))
    #expect(record.fields[.operation] == "GET /image/v2/fails")
    #expect(record.fields[.request]?.hasPrefix("req-") == true)
  }
}

/// Lets nobody in.
struct NobodyKnown: Authenticator {
  func authenticate(_ token: String, requestID: String) async throws(RoostError) -> Authentication {
    throw RoostError(.unauthorized, "Nobody is known here.")
  }
}
