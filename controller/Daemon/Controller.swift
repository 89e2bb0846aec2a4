// SPDX-License-Identifier: Apache-2.0

import API
import Base
import Cloud
import Crypto
import Daemon
import EventLoop
import Fleet
import HTTPServer
import Lanes
import Log
import Store
import Wire

/// The composition root: makes every part of the controller and runs it.
struct Controller: DaemonService {
  private let configuration: ControllerConfiguration
  private let folder: StateFolder
  private let loop: EventLoop
  private let store: Store
  private let identity: IdentityService
  private let images: ImageService
  private let fleet: Fleet
  private let admission: AdmissionList
  private let issuesCertificates: Bool
  private let cloud: Cloud
  private let randomness: any Randomness
  private let log: Logger

  /// Takes the state folder and opens the store. Blocks; runs before the loop does work.
  init(
    _ configuration: ControllerConfiguration, loop: EventLoop, crashPoints: CrashPoints,
    log: Logger
  ) throws(RoostError) {
    self.configuration = configuration
    self.loop = loop
    self.log = log
    let (disk, clock, randomness) = (SystemDisk(), SystemClock(), SystemRandomness())
    self.randomness = randomness
    folder = try StateFolder(configuration.stateFolder, create: false, disk: disk)
    guard try disk.size(of: folder.database) != nil else {
      throw StateFolder.absent(configuration.stateFolder)
    }
    store = try Store.open(folder.database)
    identity = IdentityService(
      store: store, clock: clock, randomness: randomness, passwords: try PasswordHash(),
      seal: try folder.box(for: "token"),
      settings: IdentityService.Settings(tokenLifetime: configuration.tokenLifetime))
    let lanes = LanePool(name: "image", width: 8)
    images = ImageService(
      store: store, clock: clock, randomness: randomness, disk: disk,
      lane: { lanes.lane(for: $0) }, seal: try folder.box(for: "image grant"),
      settings: ImageService.Settings(
        folder: configuration.imageFolder, sizeLimit: configuration.imageSizeLimit),
      log: log)
    let issuer = try NodeAccess.Issuer.read(
      configuration, disk: disk, clock: clock, randomness: randomness)
    issuesCertificates = issuer != nil
    admission = AdmissionList(takesAnonymous: issuesCertificates)
    fleet = Fleet(
      terms: LeaseTerms(span: configuration.lease),
      turns: Turns.Terms(rate: Int64(configuration.registrationRate)), clock: clock,
      admission: admission, crashPoints: crashPoints, log: log)
    let access = NodeAccess(
      store: store, fleet: fleet, admission: admission, issuer: issuer,
      hash: try folder.hash(for: "enrolment"), clock: clock, randomness: randomness, log: log)
    cloud = Cloud(
      store: store, fleet: fleet, images: images, access: access, clock: clock,
      randomness: randomness,
      settings: Cloud.Settings(
        apiURL: configuration.agentURL ?? configuration.rootURL(at: configuration.apiAddress),
        initialRatios: configuration.initialRatios),
      crashPoints: crashPoints, log: log)
  }

  /// Runs until the task is cancelled; guests are left as they are.
  ///
  /// - Throws: what keeps the controller from starting.
  func run(_ supervisor: Supervisor) async throws(RoostError) {
    defer { store.close() }
    guard try await identity.isBootstrapped() else {
      throw StateFolder.absent(configuration.stateFolder)
    }
    try await images.recover()
    try await admission.load(from: store)
    let configuration = configuration
    let credentials = try ReloadedCredentials(
      showsAuthority: issuesCertificates, clock: SystemClock(), log: log
    ) { () throws(RoostError) in try configuration.wireMaterial(SystemDisk()) }
    let network = TLSNetwork(
      credentials, loop: loop, clock: SystemClock(),
      software: "roost-controller/\(Release.version)", log: log, admission: admission)
    let following = Task(executorPreference: loop) { await credentials.follow() }
    defer { following.cancel() }
    let server = try HTTPServer(
      httpConfiguration, handler: handler, executor: loop, log: log)
    log.info("serving the API on \(configuration.rootURL(at: server.address))")
    log.info("waiting for agents on \(configuration.wireAddress)")
    supervisor.ready("Serving the API on \(configuration.rootURL(at: server.address)).")
    let failure: RoostError?
    do throws(RoostError) {
      try await fleet.run(on: network, address: configuration.wireAddress, delegate: cloud)
      failure = nil
    } catch {
      failure = error.kind == .cancelled ? nil : error
    }
    await server.stop()
    if let failure { throw failure }
  }

  private var handler: APIHandler {
    let identityAPI = IdentityAPI(
      identity: identity, catalog: Catalog(region: configuration.region))
    return APIHandler(
      routes: servedRoutes(identityAPI, images: images, cloud: cloud),
      authenticator: identityAPI, randomness: randomness,
      configuration: APIHandler.Configuration(
        publicURL: configuration.publicURL, isTLS: configuration.apiCredentials != nil,
        address: configuration.apiAddress),
      log: log)
  }

  private var httpConfiguration: HTTPServerConfiguration {
    var http = HTTPServerConfiguration(
      address: configuration.apiAddress,
      tls: configuration.apiCredentials.map {
        HTTPServerConfiguration.TLSFiles(certificatePath: $0.certificate, keyPath: $0.key)
      })
    http.connectionLimit = UInt32(clamping: configuration.apiConnections)
    return http
  }
}
