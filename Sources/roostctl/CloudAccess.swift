// SPDX-License-Identifier: Apache-2.0

import Base
import Config

/// Where a cloud is and who asks it, as the `openstack` command reads it.
///
/// Source: openstacksdk's configuration guide.
struct CloudAccess: Sendable {
  /// A thing by its id, or by its name within a domain.
  struct Reference: Sendable, Hashable {
    var id: String?
    var name: String?
    var domainID: String?
    var domainName: String?
  }

  /// Keystone's URL, ending in `/v3`.
  var authURL: String
  var user: Reference
  var project: Reference
  var password: Secret<String>
  /// Which of a service's URLs is used: `public`, `internal` or `admin`.
  var interface: String
  /// PEM file of the authority that signed the API's certificate; nil trusts the system's.
  var caFile: String?

  static let help = """
    The controller is found as the openstack command finds it: by --os-cloud or OS_CLOUD, which name
    a cloud of clouds.yaml (OS_CLIENT_CONFIG_FILE, ./clouds.yaml, ~/.config/openstack/clouds.yaml or
    /etc/openstack/clouds.yaml), or by OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME.
    """

  /// - Parameter cloud: the cloud's name from the command line; nil goes by the environment.
  static func find(cloud: String?, in environment: Environment) throws(RoostError) -> CloudAccess {
    let wanted = cloud ?? environment.variable("OS_CLOUD")
    if wanted == nil, environment.variable("OS_AUTH_URL") != nil {
      return try CloudAccess(environment: environment)
    }
    let file = try cloudsFile(environment)
    let clouds = try ConfigReader(file: file, disk: environment.disk).section("clouds")
    guard let name = wanted ?? (clouds.keys.count == 1 ? clouds.keys.first : nil) else {
      throw RoostError(
        .badRequest,
        "\(file) has \(clouds.keys.count) clouds; choose one with OS_CLOUD or --os-cloud: "
          + "\(clouds.keys.joined(separator: ", ")).")
    }
    guard let section = try clouds.optionalSection(name) else {
      throw RoostError(
        .badRequest,
        "\(file) has no cloud \"\(name)\"; it has \(clouds.keys.joined(separator: ", ")).")
    }
    return try CloudAccess(section, environment)
  }

  private static func cloudsFile(_ environment: Environment) throws(RoostError) -> String {
    if let given = environment.variable("OS_CLIENT_CONFIG_FILE") {
      let file = environment.path(given)
      guard try environment.disk.size(of: file) != nil else {
        throw RoostError(
          .badRequest, "OS_CLIENT_CONFIG_FILE names \(file), which does not exist.")
      }
      return file
    }
    let places = ["clouds.yaml", "~/.config/openstack/clouds.yaml", "/etc/openstack/clouds.yaml"]
    for place in places.map(environment.path)
    where try environment.disk.size(of: place) != nil {
      return place
    }
    throw RoostError(
      .badRequest,
      "No cloud is named and there is no clouds.yaml. Set OS_CLIENT_CONFIG_FILE to the file that "
        + "`roost-controller init --clouds-yaml` wrote, and OS_CLOUD=roost; or set OS_AUTH_URL, "
        + "OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME.")
  }
}

extension CloudAccess {
  /// From the variables alone.
  private init(environment: Environment) throws(RoostError) {
    let read = environment.variable
    guard let url = read("OS_AUTH_URL"), let password = read("OS_PASSWORD") else {
      throw RoostError(.badRequest, "OS_AUTH_URL is set, but OS_PASSWORD is not.")
    }
    authURL = Self.keystone(url)
    self.password = Secret(password)
    user = Reference(
      id: read("OS_USER_ID"), name: read("OS_USERNAME"), domainID: read("OS_USER_DOMAIN_ID"),
      domainName: read("OS_USER_DOMAIN_NAME"))
    project = Reference(
      id: read("OS_PROJECT_ID") ?? read("OS_TENANT_ID"),
      name: read("OS_PROJECT_NAME") ?? read("OS_TENANT_NAME"),
      domainID: read("OS_PROJECT_DOMAIN_ID"), domainName: read("OS_PROJECT_DOMAIN_NAME"))
    interface = Self.interface(read("OS_INTERFACE"))
    caFile = read("OS_CACERT").map(environment.path)
    guard user.id != nil || user.name != nil else {
      throw RoostError(.badRequest, "OS_AUTH_URL is set, but OS_USERNAME is not.")
    }
    guard project.id != nil || project.name != nil else {
      throw RoostError(.badRequest, "OS_AUTH_URL is set, but OS_PROJECT_NAME is not.")
    }
  }

  /// From a cloud's section. Keys that other tools read are passed over.
  private init(_ cloud: ConfigReader, _ environment: Environment) throws(RoostError) {
    let auth = try cloud.section("auth")
    authURL = Self.keystone(try auth.string("auth_url"))
    password = Secret(try auth.string("password"))
    user = Reference(
      id: try auth.optionalString("user_id"), name: try auth.optionalString("username"),
      domainID: try auth.optionalString("user_domain_id"),
      domainName: try auth.optionalString("user_domain_name"))
    project = Reference(
      id: try auth.optionalString("project_id"), name: try auth.optionalString("project_name"),
      domainID: try auth.optionalString("project_domain_id"),
      domainName: try auth.optionalString("project_domain_name"))
    interface = Self.interface(try cloud.optionalString("interface"))
    caFile = try cloud.optionalString("cacert").map(environment.path)
    guard user.id != nil || user.name != nil else {
      throw auth.refused("username", "is required")
    }
    guard project.id != nil || project.name != nil else {
      throw auth.refused("project_name", "is required")
    }
    guard try cloud.bool("verify", default: true) else {
      throw cloud.refused(
        "verify", "must not be false here: name the API's authority with `cacert` instead")
    }
  }

  /// Keystone's URL with its version, as clients may leave it out.
  private static func keystone(_ url: String) -> String {
    var url = url
    while url.hasSuffix("/") { url.removeLast() }
    return url.hasSuffix("/v3") ? url : url + "/v3"
  }

  /// The older spelling is `publicURL`.
  private static func interface(_ text: String?) -> String {
    guard let text else { return "public" }
    return text.hasSuffix("URL") ? String(text.dropLast(3)) : text
  }
}
