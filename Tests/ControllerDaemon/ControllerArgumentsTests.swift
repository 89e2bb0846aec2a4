// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ControllerDaemon

struct ControllerArgumentsTests {
  private func parse(_ line: String) throws -> ControllerArguments {
    try ControllerArguments.parse(line.split(separator: " ").map(String.init))
  }

  @Test func whatIsAskedForIsUnderstood() throws {
    #expect(try parse("") == .run(configuration: Defaults.controllerConfiguration))
    #expect(try parse("--config /a.yaml") == .run(configuration: "/a.yaml"))
    #expect(try parse("--check --config /a.yaml") == .check(configuration: "/a.yaml"))
    #expect(try parse("--version") == .version)
    #expect(try parse("-h") == .help && parse("init --help") == .help)
    var wanted = InitialiseArguments(configuration: "/a.yaml")
    wanted.passwordFile = "/password"
    wanted.cloudsFile = "/clouds.yaml"
    #expect(
      try parse(
        "init --clouds-yaml /clouds.yaml --config /a.yaml --admin-password-file /password")
        == .initialise(wanted))
    #expect(
      try parse("backup /b --config /a.yaml") == .backup(configuration: "/a.yaml", file: "/b"))
    #expect(
      try parse("restore --force /b")
        == .restore(
          RestoreArguments(
            configuration: Defaults.controllerConfiguration, file: "/b", isForced: true)))
    #expect(
      try parse("doctor --json --config /a.yaml")
        == .doctor(configuration: "/a.yaml", isJSON: true))
  }

  @Test(arguments: [
    "--frobnicate", "run", "--config", "init --check", "--clouds-yaml /x", "init init",
    "init --admin-password-file", "backup", "backup /a /b", "backup --force /a", "restore",
    "restore --check /a", "doctor /a",
  ])
  func whatIsNotIsRefused(line: String) {
    let error = #expect(throws: RoostError.self) { try self.parse(line) }
    #expect(error?.kind == .badRequest)
  }
}
