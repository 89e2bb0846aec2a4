// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Testing

@testable import ControllerDaemon

struct ControllerConfigurationTests {
  private func read(_ text: String) throws -> ControllerConfiguration {
    try ControllerConfiguration(text: text, file: "controller.yaml")
  }

  private func refusal(_ text: String) -> String {
    do {
      _ = try read(text)
      return ""
    } catch {
      return (error as? RoostError)?.user ?? "\(error)"
    }
  }

  @Test func anEmptyFileHasTheDefaults() throws {
    let configuration = try read("")
    #expect(configuration.apiAddress == Defaults.apiAddress)
    #expect(configuration.wireAddress == Defaults.wireAddress)
    #expect(configuration.stateFolder == Defaults.controllerState)
    #expect(configuration.imageFolder == Defaults.controllerState + "/images")
    #expect(configuration.imageSizeLimit == 1 << 40)
    #expect(configuration.tokenLifetime == .seconds(3600))
    #expect(configuration.lease == .seconds(15))
    #expect(configuration.region == "RegionOne" && configuration.logLevel == .info)
    #expect(configuration.apiCredentials == nil)
    #expect(configuration.rootURL(at: "127.0.0.1:1") == "http://127.0.0.1:1")
  }

  @Test func whatIsGivenIsTaken() throws {
    let configuration = try read(
      """
      state_folder: /srv/roost
      api:
        public_url: https://cloud.example.org/
        certificate: /a.crt
        key: /a.key
      images: {image_size_max: 2GiB}
      """)
    #expect(configuration.imageFolder == "/srv/roost/images")
    #expect(configuration.imageSizeLimit == 2 << 30)
    #expect(configuration.apiCredentials?.key == "/a.key")
    #expect(configuration.rootURL(at: "x") == "https://cloud.example.org")
    for key in ["agent_url", "public_url"] {
      #expect(throws: Never.self) {
        try self.read("api: {address: '0.0.0.0:8770', \(key): 'http://cloud:8770'}")
      }
    }
    let listening = try read("api: {certificate: /a.crt, key: /a.key}")
    #expect(listening.rootURL(at: "127.0.0.1:1") == "https://127.0.0.1:1")
  }

  @Test func whatIsWrongIsNamedWithItsLine() {
    for (text, parts) in [
      ("regoin: x", ["controller.yaml:1", "regoin", "region"]),
      ("api:\n  adress: x", ["controller.yaml:2", "adress", "address"]),
      ("api: {certificate: /a}", ["key", "is required"]),
      ("api: {key: /a}", ["certificate", "is required"]),
      ("api: {address: '0.0.0.0:8770'}", ["agent_url", "is required where", "0.0.0.0:8770"]),
      ("api: {address: '[::]:8770'}", ["agent_url", "is required where"]),
      ("api: {address: '[0::0.0.0.0]:8770'}", ["agent_url", "is required where"]),
      ("api: {public_url: cloud}", ["public_url", "http://"]),
      ("api: {connections: 7}", ["connections", "7"]), ("wire: {lease: 2s}", ["lease"]),
      ("identity: {token_lifetime: 59s}", ["token_lifetime"]),
      ("placement: {initial_ram_allocation_ratio: 1.5}", ["initial_ram_allocation_ratio", "1.5"]),
      ("images: {image_size_max: lots}", ["image_size_max"]), ("log_level: loud", ["log_level"]),
      ("state_folder: relative", ["state_folder"]), ("api: 5", ["api"]),
      ("a: [", ["controller.yaml"]),
    ] {
      let refusal = refusal(text)
      for part in parts { #expect(refusal.contains(part), "\(text): \(refusal)") }
    }
  }

  @Test func aFileThatIsAbsentIsNamed() {
    let error = #expect(throws: RoostError.self) {
      try ControllerConfiguration(file: "/nowhere/controller.yaml", disk: SystemDisk())
    }
    #expect(error?.user.contains("/nowhere/controller.yaml") == true)
  }
}
