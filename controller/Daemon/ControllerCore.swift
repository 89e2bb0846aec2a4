// SPDX-License-Identifier: Apache-2.0

public import API
public import Base
public import Cloud
public import Crypto
public import Fleet
public import Lanes
public import Log
public import Store
public import Wire

/// What a controller does once its surroundings are made: the services behind the API and the fleet,
/// wired together. It knows neither sockets nor configuration files, only what it is given.
public struct ControllerCore: Sendable {
  /// How a controller meets the world.
  public struct Surroundings: Sendable {
    public var store: Store
    /// Where images' bytes go.
    public var disk: any Disk
    public var clock: any Clock
    public var randomness: any Randomness
    public var passwords: PasswordHash
    /// The lane for an image's file.
    public var imageLane: @Sendable (String) -> any LaneRunning
    /// Seals tokens.
    public var tokenSeal: SealedBox
    /// Seals the right to fetch an image.
    public var grantSeal: SealedBox
    /// Makes what is stored of enrolment tokens.
    public var enrolmentHash: KeyedHash
    /// nil where certificates are made offline only.
    public var issuer: NodeAccess.Issuer?
    public var crashPoints: CrashPoints
    public var log: Logger

    /// All of it.
    public init(
      store: Store, disk: any Disk, clock: any Clock, randomness: any Randomness,
      passwords: PasswordHash, imageLane: @escaping @Sendable (String) -> any LaneRunning,
      tokenSeal: SealedBox, grantSeal: SealedBox, enrolmentHash: KeyedHash,
      issuer: NodeAccess.Issuer?, crashPoints: CrashPoints = .none, log: Logger
    ) {
      self.store = store
      self.disk = disk
      self.clock = clock
      self.randomness = randomness
      self.passwords = passwords
      self.imageLane = imageLane
      self.tokenSeal = tokenSeal
      self.grantSeal = grantSeal
      self.enrolmentHash = enrolmentHash
      self.issuer = issuer
      self.crashPoints = crashPoints
      self.log = log
    }
  }

  /// What operators choose.
  public struct Settings: Sendable {
    public var tokenLifetime: Duration
    public var images: ImageService.Settings
    public var lease: LeaseTerms
    public var turns: Turns.Terms
    public var cloud: Cloud.Settings
    public var region: String

    /// All of it.
    public init(
      tokenLifetime: Duration = .seconds(3600), images: ImageService.Settings,
      lease: LeaseTerms = LeaseTerms(), turns: Turns.Terms = Turns.Terms(), cloud: Cloud.Settings,
      region: String = "RegionOne"
    ) {
      self.tokenLifetime = tokenLifetime
      self.images = images
      self.lease = lease
      self.turns = turns
      self.cloud = cloud
      self.region = region
    }
  }

  public let identity: IdentityService
  public let images: ImageService
  public let fleet: Fleet
  /// Who may connect as a node; the network asks it too.
  public let admission: AdmissionList
  public let cloud: Cloud
  private let world: Surroundings
  private let region: String

  /// Wires a controller; nothing runs yet.
  public init(_ world: Surroundings, _ settings: Settings) {
    self.world = world
    region = settings.region
    identity = IdentityService(
      store: world.store, clock: world.clock, randomness: world.randomness,
      passwords: world.passwords, seal: world.tokenSeal,
      settings: IdentityService.Settings(tokenLifetime: settings.tokenLifetime))
    images = ImageService(
      store: world.store, clock: world.clock, randomness: world.randomness, disk: world.disk,
      lane: world.imageLane, seal: world.grantSeal, settings: settings.images, log: world.log)
    admission = AdmissionList(takesAnonymous: world.issuer != nil)
    fleet = Fleet(
      terms: settings.lease, turns: settings.turns, clock: world.clock, admission: admission,
      crashPoints: world.crashPoints, log: world.log)
    let access = NodeAccess(
      store: world.store, fleet: fleet, admission: admission, issuer: world.issuer,
      hash: world.enrolmentHash, clock: world.clock, randomness: world.randomness, log: world.log)
    cloud = Cloud(
      store: world.store, fleet: fleet, images: images, access: access, clock: world.clock,
      randomness: world.randomness, settings: settings.cloud, crashPoints: world.crashPoints,
      log: world.log)
  }

  /// Settles what an earlier run left; comes before anything is served.
  public func recover() async throws(RoostError) {
    try await images.recover()
    try await admission.load(from: world.store)
  }

  /// Serves agents until the task is cancelled.
  public func serveAgents(
    on network: any Wire.Network, address: String
  ) async throws(RoostError) {
    try await fleet.run(on: network, address: address, delegate: cloud)
  }

  /// The identity API, which knows tokens.
  public var identityAPI: IdentityAPI {
    IdentityAPI(identity: identity, catalog: Catalog(region: region))
  }

  /// Serves the API.
  ///
  /// - Parameter authenticator: who knows tokens; the identity API unless one is given.
  public func handler(
    _ configuration: APIHandler.Configuration, authenticator: (any Authenticator)? = nil
  ) -> APIHandler {
    APIHandler(
      routes: servedRoutes(identityAPI, images: images, cloud: cloud),
      authenticator: authenticator ?? identityAPI, randomness: world.randomness,
      configuration: configuration, log: world.log)
  }
}
