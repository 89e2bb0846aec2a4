// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Crypto
import Database
public import Lanes
public import Log
public import Store

/// Images: records in the store, bytes in a folder beside it. What Glance does.
public struct ImageService: Sendable {
  /// What operators may choose.
  public struct Settings: Sendable {
    /// Where the bytes are kept.
    public var folder: String
    /// Bytes in one image at most.
    public var sizeLimit: Int64
    /// How long an agent may use a grant to begin a download.
    public var grantLifetime: Duration

    /// Describes where and how much.
    public init(
      folder: String, sizeLimit: Int64, grantLifetime: Duration = .seconds(600)
    ) {
      self.folder = folder
      self.sizeLimit = sizeLimit
      self.grantLifetime = grantLifetime
    }
  }

  let store: Store
  let clock: any Clock
  let randomness: any Randomness
  let disk: any Disk
  /// The lane for an image's file, by its id.
  let lane: @Sendable (String) -> any LaneRunning
  let seal: SealedBox
  let settings: Settings
  let log: Logger

  /// - Parameters:
  ///   - lane: the lane for a key; calls for one image are made one after the other.
  ///   - seal: holds the key that grants are sealed with.
  public init(
    store: Store, clock: any Clock, randomness: any Randomness, disk: any Disk,
    lane: @escaping @Sendable (String) -> any LaneRunning, seal: SealedBox, settings: Settings,
    log: Logger
  ) {
    self.store = store
    self.clock = clock
    self.randomness = randomness
    self.disk = disk
    self.lane = lane
    self.seal = seal
    self.settings = settings
    self.log = log
  }

  func path(_ id: ImageID) -> String { "\(settings.folder)/\(id)" }
  func partPath(_ id: ImageID) -> String { "\(path(id)).part" }

  /// Runs a call on the disk on the image's lane.
  func onLane<T: Sendable>(
    _ id: ImageID, _ operation: String, timeout: Duration = .seconds(120),
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await lane(id.description).run(operation, timeout: timeout, work)
  }
}

extension ImageService {
  /// All images a caller may know of, newest first.
  public func images(_ caller: Caller) async throws(RoostError) -> [Image] {
    try await store.read { (tx) throws(RoostError) in
      try tx.images().filter { $0.isVisible(to: caller) }
    }
  }

  /// One image.
  public func image(_ id: ImageID, _ caller: Caller) async throws(RoostError) -> Image {
    try await store.read { (tx) throws(RoostError) in try Self.image(id, caller, tx) }
  }

  /// Makes a record without bytes. `id` may be chosen by the caller; `edit` fills the fields in.
  public func create(
    id: ImageID?, _ caller: Caller,
    _ edit: @Sendable (inout Image) throws(RoostError) -> Void
  ) async throws(RoostError) -> Image {
    guard caller.mayWrite else { throw Self.mayNot("add_image") }
    let now = clock.now
    var image = Image(
      id: id ?? .random(from: randomness), owner: caller.project, name: nil, status: .queued,
      visibility: .shared, isProtected: false, isHidden: false, diskFormat: nil,
      containerFormat: nil, minDiskGB: 0, minMemoryMB: 0, content: nil, tags: [], properties: [],
      createdAt: now, updatedAt: now)
    let blank = image
    try edit(&image)
    try Self.check(image, was: blank, caller)
    let made = image
    try await store.write { (tx) throws(RoostError) in
      guard try tx.image(made.id, deleted: true) == nil else {
        throw RoostError(.conflict, "Image ID \(made.id) already exists!")
      }
      try tx.insert(made)
    }
    return made
  }

  /// Changes a record.
  public func update(
    _ id: ImageID, _ caller: Caller,
    _ edit: @escaping @Sendable (inout Image) throws(RoostError) -> Void
  ) async throws(RoostError) -> Image {
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      let before = try Self.ownImage(id, caller, "modify_image", tx)
      var image = before
      try edit(&image)
      try Self.check(image, was: before, caller)
      image.updatedAt = now
      try tx.update(image)
      return image
    }
  }

  /// Deletes an image. Its file stays while servers are being built from it.
  public func delete(_ id: ImageID, _ caller: Caller) async throws(RoostError) {
    let now = clock.now
    try await store.write { (tx) throws(RoostError) in
      let image = try Self.ownImage(id, caller, "delete_image", tx)
      guard !image.isProtected else {
        throw RoostError(
          .forbidden, "Image \(id) is protected and cannot be deleted.")
      }
      try tx.deleteImage(id, at: now)
    }
    await sweep()
  }

  static func image(_ id: ImageID, _ caller: Caller, _ tx: Transaction) throws(RoostError) -> Image
  {
    guard let image = try tx.image(id), image.isVisible(to: caller) else { throw unknown(id) }
    return image
  }

  /// An image the caller may change.
  static func ownImage(
    _ id: ImageID, _ caller: Caller, _ action: String, _ tx: Transaction
  ) throws(RoostError) -> Image {
    let image = try image(id, caller, tx)
    guard caller.isAdmin || (image.owner == caller.project && caller.mayWrite) else {
      throw mayNot(action)
    }
    return image
  }

  static func unknown(_ id: ImageID) -> RoostError {
    RoostError(.notFound, "No image found with ID \(id)")
  }

  private static func mayNot(_ action: String) -> RoostError {
    RoostError(.forbidden, "You are not authorized to complete \(action) action.")
  }

  private static func check(_ image: Image, was before: Image, _ caller: Caller) throws(RoostError)
  {
    if image.visibility == .public, before.visibility != .public, !caller.isAdmin {
      throw mayNot("publicize_image")
    }
    if image.owner != before.owner, !caller.isAdmin {
      throw RoostError(.forbidden, "owner: only an admin may give an image away.", field: "owner")
    }
    let formatsChanged =
      image.diskFormat != before.diskFormat || image.containerFormat != before.containerFormat
    if formatsChanged, before.status != .queued {
      throw RoostError(
        .forbidden, "disk_format and container_format can't change once bytes were uploaded.",
        field: "disk_format")
    }
  }
}
