// SPDX-License-Identifier: Apache-2.0

public import Base
public import Cloud
import Config
public import Log

/// The controller's configuration file, read and checked. `controller/roost-controller.yaml`
/// documents each key.
public struct ControllerConfiguration: Sendable {
  /// Certificate and key in PEM files.
  public struct Credentials: Sendable {
    public var certificate: String
    public var key: String
  }

  /// Where database, keys and images are kept.
  public var stateFolder: String
  /// What is logged.
  public var logLevel: LogLevel
  /// The catalog's one region.
  public var region: String

  /// Where the API is served.
  public var apiAddress: String
  /// The API's root as clients see it; nil takes it from each request.
  public var publicURL: String?
  /// The API's root as agents see it, for images; nil means the address it is served at.
  public var agentURL: String?
  /// Nil serves plain HTTP.
  public var apiCredentials: Credentials?
  /// Connections at once.
  public var apiConnections: Int

  /// Where agents connect to.
  public var wireAddress: String
  /// What the controller shows to agents, and the CA that signs theirs.
  public var wireCredentials: Credentials
  public var wireCA: String
  /// A CA and its key, with which nodes' certificates are issued; nil issues none.
  public var issuer: Credentials?
  /// How long a certificate holds that is issued.
  public var certificateLifetime: Duration
  /// Where agents reach the controller, for enrolments; nil where only operators know.
  public var agentAddress: String?
  /// How long a node counts as up after a heartbeat.
  public var lease: Duration
  /// How many nodes are registered in a second at most.
  public var registrationRate: Int

  /// How long a token is good for.
  public var tokenLifetime: Duration
  /// Where images' bytes are kept.
  public var imageFolder: String
  /// Bytes in one image at most.
  public var imageSizeLimit: Int64
  /// What a new node may promise of what it has.
  public var initialRatios: InitialRatios

  /// Reads a file.
  ///
  /// - Throws: what is wrong with it, naming file, line and key.
  public init(file: String, disk: any Disk) throws(RoostError) {
    try self.init(ConfigReader(file: file, disk: disk))
  }

  /// Reads a text; `file` is what errors call it.
  public init(text: String, file: String) throws(RoostError) {
    try self.init(ConfigReader(text: Array(text.utf8), file: file))
  }

  private init(_ reader: ConfigReader) throws(RoostError) {
    stateFolder = try reader.path("state_folder", default: Defaults.controllerState)
    logLevel = try reader.choice("log_level", default: .info)
    region = try reader.string("region", default: "RegionOne")

    let api = try reader.section("api")
    apiAddress = try api.string("address", default: Defaults.apiAddress)
    publicURL = try Self.url(api, "public_url")
    agentURL = try Self.url(api, "agent_url")
    // Every address of this machine is no address to an agent on another.
    if agentURL == nil, publicURL == nil, Self.isEveryAddress(apiAddress) {
      throw api.refused(
        "agent_url", "is required where `address` is \(apiAddress): agents fetch images there")
    }
    apiConnections = try api.integer("connections", in: 8...65_536, default: 1024)
    apiCredentials = try Self.pair(api, certificate: "certificate", key: "key")

    let wire = try reader.section("wire")
    wireAddress = try wire.string("address", default: Defaults.wireAddress)
    wireCredentials = Credentials(
      certificate: try wire.path("certificate", default: "/etc/roost/controller.crt"),
      key: try wire.path("key", default: "/etc/roost/controller.key"))
    wireCA = try wire.path("ca", default: "/etc/roost/ca.crt")
    issuer = try Self.pair(wire, certificate: "issuer", key: "issuer_key")
    certificateLifetime = try wire.duration(
      "certificate_lifetime", in: .seconds(60)...(.seconds(825 * 86_400)),
      default: .seconds(90 * 86_400))
    agentAddress = try wire.optionalString("agent_address")
    if agentAddress == nil, !Self.isEveryAddress(wireAddress) { agentAddress = wireAddress }
    lease = try wire.duration("lease", in: .seconds(3)...(.seconds(600)), default: .seconds(15))
    registrationRate = try wire.integer(
      "registrations_per_second", in: 1...100_000, default: 1000)

    tokenLifetime = try reader.section("identity").duration(
      "token_lifetime", in: .seconds(60)...(.seconds(30 * 86_400)), default: .seconds(3600))

    let images = try reader.section("images")
    imageFolder = try images.path("folder", default: stateFolder + "/images")
    imageSizeLimit = try images.bytes(
      "image_size_max", in: 1...(1 << 50), default: 1 << 40)

    let placement = try reader.section("placement")
    let usual = InitialRatios()
    initialRatios = InitialRatios(
      cpu: try placement.number(
        "initial_cpu_allocation_ratio", in: 0.1...256, default: usual.cpu),
      memory: try placement.number(
        "initial_ram_allocation_ratio", in: 0.1...1, default: usual.memory),
      disk: try placement.number(
        "initial_disk_allocation_ratio", in: 0.1...256, default: usual.disk))
    try reader.finish()
  }

  /// The API's root for a client that has yet to learn of it; nil if only the place where it is
  /// served is known, and that is every address of this machine or whatever port is free.
  var clientURL: String? {
    let isNoPlace = Self.isEveryAddress(apiAddress) || apiAddress.hasSuffix(":0")
    return isNoPlace ? publicURL : rootURL(at: apiAddress)
  }

  /// Two files, or neither.
  private static func pair(_ reader: ConfigReader, certificate: String, key: String)
    throws(RoostError) -> Credentials?
  {
    switch (try reader.optionalPath(certificate), try reader.optionalPath(key)) {
    case (let first?, let second?): return Credentials(certificate: first, key: second)
    case (nil, nil): return nil
    case (_?, nil): throw reader.refused(key, "is required when `\(certificate)` is given")
    case (nil, _?): throw reader.refused(certificate, "is required when `\(key)` is given")
    }
  }

  /// Any spelling of 0.0.0.0 or ::.
  private static func isEveryAddress(_ address: String) -> Bool {
    guard let colon = address.lastIndex(of: ":") else { return false }
    return address[..<colon].allSatisfy { "0.:[]".contains($0) }
  }

  /// A URL without a slash at its end.
  private static func url(_ reader: ConfigReader, _ key: String) throws(RoostError) -> String? {
    guard var text = try reader.optionalString(key) else { return nil }
    guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
      throw reader.refused(key, "must begin with http:// or https://")
    }
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
