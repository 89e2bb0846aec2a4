// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
public import Fleet
public import Log
public import Store

/// The operations behind the compute, network and operator APIs.
///
/// Each one is a transaction: what belongs together is committed together, and nodes are told only
/// after the commit. Decisions are pure functions; this type carries them out.
public final class Cloud: Sendable {
  /// What differs from one controller to the next.
  public struct Settings: Sendable {
    /// The zone of nodes that no operator has put elsewhere.
    public var availabilityZone: String
    /// How many servers one request may ask for.
    public var maximumServersPerRequest: Int64
    /// The listener's root as nodes reach it, without a slash at the end; images' URLs begin so.
    public var apiURL: String
    /// What a new node may promise of what it has.
    public var initialRatios: InitialRatios

    /// Nova's defaults.
    public init(
      apiURL: String, availabilityZone: String = "nova", maximumServersPerRequest: Int64 = 100,
      initialRatios: InitialRatios = InitialRatios()
    ) {
      self.initialRatios = initialRatios
      self.apiURL = apiURL
      self.availabilityZone = availabilityZone
      self.maximumServersPerRequest = maximumServersPerRequest
    }
  }

  let store: Store
  let fleet: Fleet
  let images: any ServerImages
  /// Who may connect as a node.
  public let access: NodeAccess
  let clock: any Clock
  let randomness: any Randomness
  let crashPoints: CrashPoints
  let settings: Settings
  let log: Logger

  /// Operations on a store and a fleet. The caller gives this object to the fleet as its delegate.
  public init(
    store: Store, fleet: Fleet, images: any ServerImages, access: NodeAccess, clock: any Clock,
    randomness: any Randomness, settings: Settings, crashPoints: CrashPoints = .none,
    log: Logger
  ) {
    self.access = access
    self.store = store
    self.fleet = fleet
    self.images = images
    self.clock = clock
    self.randomness = randomness
    self.crashPoints = crashPoints
    self.settings = settings
    self.log = log
  }
}

/// What servers need of images.
public protocol ServerImages: Sendable {
  /// Gives a short-lived right to fetch an image's bytes.
  ///
  /// - Throws: `.notFound` for an image without bytes.
  func grant(_ id: ImageID) async throws(RoostError) -> ImageGrant
  /// Removes the files of deleted images that no server is being built from any more.
  func sweep() async
}

extension ImageService: ServerImages {}

extension RoostError {
  /// The error for a thing that isn't there, or that the caller may not know of.
  static func notFound(_ thing: String, _ name: some CustomStringConvertible) -> RoostError {
    RoostError(.notFound, "\(thing) \(name) could not be found.")
  }
}

extension Caller {
  /// Whether a project's things are the caller's to see.
  func maySee(_ project: ProjectID) -> Bool { isAdmin || self.project == project }

  /// Refuses a caller that may only read.
  func requireWriting() throws(RoostError) {
    guard mayWrite else {
      throw RoostError(
        .forbidden, "The role member or admin is needed to change things in a project.")
    }
  }

  /// Refuses a caller that isn't an administrator.
  func requireAdmin(to what: String) throws(RoostError) {
    guard isAdmin else { throw RoostError(.forbidden, "The role admin is needed to \(what).") }
  }

  /// The project whose things a list shows; nil for all of them.
  func listed(allProjects: Bool) -> ProjectID? { allProjects && isAdmin ? nil : project }
}
