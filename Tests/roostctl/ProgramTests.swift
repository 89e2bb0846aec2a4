// SPDX-License-Identifier: Apache-2.0

import API
import Base
import Cloud
import HTTPServer
import JSON
import Lanes
import LocalCloud
import Log
import Processes
import Scratch
import TestSupport
import Testing

/// The program itself: exit codes and both outputs.
@Suite(.timeLimit(.minutes(10)))
struct ProgramTests {
  private let folder: TemporaryFolder
  private let lane = Lane(name: "roostctl")

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Runs it with nothing in its environment but the given variables and an empty home.
  private func roostctl(_ words: [String], _ variables: [String: String] = [:])
    async throws(RoostError) -> (code: ChildProcess.End, output: String, errors: String)
  {
    let environment = variables.merging(["HOME": folder.path]) { given, _ in given }
    let path = "\(try SourceTree().programs)/roostctl"
    let result = try await lane.run("roostctl", timeout: .seconds(60)) { () throws(RoostError) in
      try ChildProcess(path, words, environment: environment.map { "\($0)=\($1)" })
        .run(timeout: .seconds(50), clock: SystemClock())
    }
    return (
      result.end, String(decoding: result.output, as: UTF8.self),
      String(decoding: result.errors, as: UTF8.self)
    )
  }

  private func access(_ url: String) -> [String: String] {
    [
      "OS_AUTH_URL": "\(url)/identity", "OS_USERNAME": "admin", "OS_PASSWORD": "right",
      "OS_PROJECT_NAME": "admin",
    ]
  }

  @Test func helpIsNoError() async throws {
    for words in [[], ["--help"], ["help"], ["audit", "--help"], ["ca", "init", "-h"]] {
      let result = try await roostctl(words)
      #expect(result.code == .exited(0))
      #expect(result.output.contains("Usage: roostctl"))
      #expect(result.errors == "")
    }
  }

  @Test func aWrongCommandLineExitsWith2() async throws {
    for words in [["nodes"], ["node", "show"], ["audit", "--colour"], ["ca", "init"]] {
      let result = try await roostctl(words)
      #expect(result.code == .exited(2))
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("roostctl: "))
    }
  }

  @Test func withoutACloudItSaysWhatToSet() async throws {
    let result = try await roostctl(
      ["node", "list"], ["OS_CLIENT_CONFIG_FILE": folder.file("absent.yaml")])
    #expect(result.code == .exited(2))
    #expect(result.errors.contains("absent.yaml, which does not exist"))
  }

  @Test func aControllerThatIsNotThereIsSilenceNotAFinding() async throws {
    // Nobody listens on the discard port.
    let variables = access("http://127.0.0.1:9")
    let audit = try await roostctl(["audit", "--json"], variables)
    #expect(audit.code == .exited(2))
    #expect(audit.output == "")
    #expect(audit.errors.contains("Is roost-controller running"))
    #expect(try await roostctl(["node", "list"], variables).code == .exited(1))
  }

  @Test func anAuditsCodeAndJSONSayWhatItFound() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.identity.bootstrap(adminPassword: Secret("right"))
    let identity = IdentityAPI(identity: cloud.identity, catalog: Catalog(region: "RegionOne"))
    let handler = APIHandler(
      routes: servedRoutes(identity, images: cloud.images, cloud: cloud.cloud),
      authenticator: identity, randomness: cloud.randomness, configuration: .init(), log: .silent)
    let server = try HTTPServer(
      HTTPServerConfiguration(address: "127.0.0.1:0"), handler: handler,
      executor: globalConcurrentExecutor, log: .silent)
    let variables = access("http://\(server.address)")
    do {
      let clean = try await roostctl(["audit"], variables)
      #expect(clean.code == .exited(0))
      #expect(clean.output == "0 findings; 0 nodes asked, 0 not.\n")

      let node = try await cloud.addNode()
      let things = try await cloud.addThings()
      _ = try await cloud.cloud.createServers(things.draft(), for: TestCallers.member)
      try await node.settleNext()
      let found = try await roostctl(["audit", "--json"], variables)
      #expect(found.code == .exited(1))
      let findings = try JSONValue(parsing: Array(found.output.utf8))["audit"]?["findings"]
      #expect(findings?.elements?.contains { $0["kind"] == "domainMissing" } == true)

      let wrong = try await roostctl(
        ["audit"], variables.merging(["OS_PASSWORD": "wrong"]) { $1 })
      #expect(wrong.code == .exited(2))
      #expect(wrong.errors.contains("Check username, password and project"))
      #expect(!(wrong.errors + wrong.output).contains("wrong"))
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
    await server.stop()
  }
}
