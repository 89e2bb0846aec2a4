// SPDX-License-Identifier: Apache-2.0

import Base
import Scratch
import TestSupport
import Testing

@testable import roostctl

struct CloudAccessTests {
  private let folder: TemporaryFolder
  private let home: String

  /// A working folder and a home folder without a file.
  init() throws {
    folder = try TemporaryFolder()
    home = folder.file("home")
    try SystemDisk().makeFolder("\(home)/.config/openstack", mode: 0o755)
  }

  private func write(_ text: String, _ path: String) throws(RoostError) {
    try SystemDisk().replace(path, with: Array(text.utf8), mode: 0o600)
  }

  private func find(_ cloud: String? = nil, _ variables: [String: String] = [:])
    throws(RoostError) -> CloudAccess
  {
    let variables = ["HOME": home].merging(variables) { $1 }
    return try CloudAccess.find(
      cloud: cloud, in: Environment(folder: folder.path) { variables[$0] })
  }

  private static let twoClouds = """
    clouds:
      roost:
        auth:
          auth_url: "http://10.0.0.1:8770/identity/v3"
          username: "admin"
          password: "sec ret"
          project_name: "admin"
          user_domain_id: "default"
          project_domain_name: Default
        region_name: RegionOne
        interface: publicURL
        identity_api_version: 3
      other:
        auth: {auth_url: "https://other/identity/", user_id: u1, password: p, project_id: p1}
        cacert: ca.pem
        interface: internal
        unknown_key: [1, 2]
    """

  @Test func aCloudIsReadByName() throws {
    try write(Self.twoClouds, folder.file("clouds.yaml"))
    let roost = try find("roost")
    #expect(roost.authURL == "http://10.0.0.1:8770/identity/v3")
    #expect(roost.user == .init(name: "admin", domainID: "default"))
    #expect(roost.project == .init(name: "admin", domainName: "Default"))
    #expect(roost.password.exposed == "sec ret")
    #expect(roost.interface == "public")
    #expect(roost.caFile == nil)
    let other = try find(nil, ["OS_CLOUD": "other"])
    #expect(other.authURL == "https://other/identity/v3")
    #expect(other.user == .init(id: "u1"))
    #expect(other.interface == "internal")
    #expect(other.caFile == folder.file("ca.pem"))
  }

  @Test func theCommandLineWinsOverTheEnvironment() throws {
    try write(Self.twoClouds, folder.file("clouds.yaml"))
    #expect(try find("roost", ["OS_CLOUD": "other"]).user.name == "admin")
  }

  @Test func filesAreLookedForWhereOpenstackLooks() throws {
    let cloud = { (name: String) in
      """
      clouds:
        \(name):
          auth: {auth_url: http://h, username: \(name), password: p, project_name: p}
      """
    }
    try write(cloud("home"), "\(home)/.config/openstack/clouds.yaml")
    #expect(try find().user.name == "home")
    try write(cloud("here"), folder.file("clouds.yaml"))
    #expect(try find().user.name == "here")
    try write(cloud("named"), folder.file("named.yaml"))
    #expect(try find(nil, ["OS_CLIENT_CONFIG_FILE": "named.yaml"]).user.name == "named")
    #expect(try find(nil, ["OS_CLIENT_CONFIG_FILE": ""]).user.name == "here")
  }

  @Test func theEnvironmentAloneIsEnough() throws {
    let variables = [
      "OS_AUTH_URL": "http://h/identity", "OS_USERNAME": "admin", "OS_PASSWORD": "p",
      "OS_PROJECT_NAME": "admin", "OS_USER_DOMAIN_NAME": "Default", "OS_CACERT": "/ca.pem",
    ]
    let access = try find(nil, variables)
    #expect(access.authURL == "http://h/identity/v3")
    #expect(access.user == .init(name: "admin", domainName: "Default"))
    #expect(access.caFile == "/ca.pem")
    for missing in ["OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME"] {
      let error = #expect(throws: RoostError.self) {
        try find(nil, variables.filter { $0.key != missing })
      }
      #expect(error?.user == "OS_AUTH_URL is set, but \(missing) is not.")
    }
  }

  @Test(arguments: [
    ("clouds: {a: {auth: {auth_url: http://h, username: u, project_name: p}}}", "auth.password"),
    ("clouds: {a: {auth: {auth_url: http://h, password: p, project_name: p}}}", "auth.username"),
    ("clouds: {a: {auth: {auth_url: http://h, password: p, username: u}}}", "project_name"),
    ("clouds: {a: {auth: {password: p, username: u, project_name: p}}}", "auth.auth_url"),
    (
      "clouds: {a: {verify: false, auth: {auth_url: h, password: p, username: u, project_id: p}}}",
      "cacert"
    ),
    ("clouds: [", "clouds.yaml"), ("other: 1", "0 clouds"), ("", "0 clouds"),
  ])
  func whatIsWrongWithTheFileIsSaid(text: String, message: String) throws {
    try write(text, folder.file("clouds.yaml"))
    let error = #expect(throws: RoostError.self) { try find() }
    #expect(error?.user.contains(message) == true, "\(error?.user ?? "")")
    #expect(error?.user.contains("clouds.yaml") == true)
  }

  @Test func oneOfSeveralCloudsMustBeChosen() throws {
    try write(Self.twoClouds, folder.file("clouds.yaml"))
    let error = #expect(throws: RoostError.self) { try find() }
    #expect(error?.user.contains("choose one with OS_CLOUD or --os-cloud: roost, other") == true)
    let unknown = #expect(throws: RoostError.self) { try find("rost") }
    #expect(unknown?.user.contains("no cloud \"rost\"; it has roost, other.") == true)
  }

  @Test func withoutAnythingItSaysWhatToSet() {
    let error = #expect(throws: RoostError.self) {
      try find(nil, ["OS_CLIENT_CONFIG_FILE": "absent.yaml"])
    }
    #expect(error?.user.contains("absent.yaml, which does not exist") == true)
  }
}
