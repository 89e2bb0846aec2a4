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
  private let core: ControllerCore
  private let issuesCertificates: Bool
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
    folder = try StateFolder(configuration.stateFolder, create: false, disk: disk)
    guard try disk.size(of: folder.database) != nil else {
      throw StateFolder.absent(configuration.stateFolder)
    }
    store = try Store.open(folder.database)
    let lanes = LanePool(name: "image", width: 8)
    let issuer = try NodeAccess.Issuer.read(
      configuration, disk: disk, clock: clock, randomness: randomness)
    issuesCertificates = issuer != nil
    core = ControllerCore(
      ControllerCore.Surroundings(
        store: store, disk: disk, clock: clock, randomness: randomness,
        passwords: try PasswordHash(), imageLane: { lanes.lane(for: $0) },
        tokenSeal: try folder.box(for: "token"), grantSeal: try folder.box(for: "image grant"),
        enrolmentHash: try folder.hash(for: "enrolment"), issuer: issuer, crashPoints: crashPoints,
        log: log),
      configuration.core)
  }

  /// Runs until the task is cancelled; guests are left as they are.
  ///
  /// - Throws: what keeps the controller from starting.
  func run(_ supervisor: Supervisor) async throws(RoostError) {
    defer { store.close() }
    guard try await core.identity.isBootstrapped() else {
      throw StateFolder.absent(configuration.stateFolder)
    }
    try await core.recover()
    let configuration = configuration
    let credentials = try ReloadedCredentials(
      showsAuthority: issuesCertificates, clock: SystemClock(), log: log
    ) { () throws(RoostError) in try configuration.wireMaterial(SystemDisk()) }
    let network = TLSNetwork(
      credentials, loop: loop, clock: SystemClock(),
      software: "roost-controller/\(Release.version)", log: log, admission: core.admission)
    let following = Task(executorPreference: loop) { await credentials.follow() }
    defer { following.cancel() }
    let server = try HTTPServer(
      httpConfiguration, handler: core.handler(configuration.listener), executor: loop, log: log)
    log.info("serving the API on \(configuration.rootURL(at: server.address))")
    log.info("waiting for agents on \(configuration.wireAddress)")
    supervisor.ready("Serving the API on \(configuration.rootURL(at: server.address)).")
    let failure: RoostError?
    do throws(RoostError) {
      try await core.serveAgents(on: network, address: configuration.wireAddress)
      failure = nil
    } catch {
      failure = error.kind == .cancelled ? nil : error
    }
    await server.stop()
    if let failure { throw failure }
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

extension ControllerConfiguration {
  /// What the controller's parts are to know.
  fileprivate var core: ControllerCore.Settings {
    ControllerCore.Settings(
      tokenLifetime: tokenLifetime,
      images: ImageService.Settings(folder: imageFolder, sizeLimit: imageSizeLimit),
      lease: LeaseTerms(span: lease), turns: Turns.Terms(rate: Int64(registrationRate)),
      cloud: Cloud.Settings(
        apiURL: agentURL ?? rootURL(at: apiAddress), initialRatios: initialRatios),
      region: region)
  }

  /// How the API's listener looks from outside.
  fileprivate var listener: APIHandler.Configuration {
    APIHandler.Configuration(
      publicURL: publicURL, isTLS: apiCredentials != nil, address: apiAddress)
  }
}
