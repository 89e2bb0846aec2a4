// SPDX-License-Identifier: Apache-2.0

public import Base
public import Lanes

/// The files of the instances on this node: root disk, config drive, console log.
///
/// A file under its final name is whole: each is written aside and renamed.
public struct InstanceDisks: Sendable {
  private let root: String
  private let disk: any Disk
  private let overlays: any OverlayMaking
  private let lane: @Sendable (InstanceID) -> any LaneRunning
  private let surveyLane: any LaneRunning
  private let crashPoints: CrashPoints

  /// - Parameters:
  ///   - root: holds one folder for each instance.
  ///   - overlays: makes root disks.
  ///   - surveyLane: where work on all instances runs.
  ///   - lane: where an instance's work runs, so that one hung disk costs one instance.
  public init(
    root: String, disk: any Disk, overlays: any OverlayMaking,
    surveyLane: any LaneRunning, crashPoints: CrashPoints = .none,
    lane: @escaping @Sendable (InstanceID) -> any LaneRunning
  ) {
    self.root = root
    self.disk = disk
    self.overlays = overlays
    self.surveyLane = surveyLane
    self.crashPoints = crashPoints
    self.lane = lane
  }

  private static let deadline = Duration.seconds(60)

  /// Where an instance's files are or would be.
  public func folder(of instance: InstanceID) -> InstanceFolder {
    InstanceFolder(root: root, instance: instance)
  }

  /// Which of an instance's files exist.
  public func observe(_ instance: InstanceID) async throws(RoostError) -> ObservedDisks {
    let (disk, folder) = (disk, folder(of: instance))
    return try await lane(instance).run("disks.observe", timeout: Self.deadline) {
      () throws(RoostError) -> ObservedDisks in
      let names = try disk.list(folder.path)
      // An empty folder is what a removal leaves that was cut off before its last step.
      return ObservedDisks(
        disk: names.contains("disk"), configDrive: names.contains("config.iso"),
        anything: try disk.exists(folder.path))
    }
  }

  /// Makes the root disk on top of a base image. One that is there stays as it is.
  ///
  /// - Parameter gigabytes: the disk's size in GiB; 0 takes the image's.
  /// - Throws: `.badRequest` when the image is larger than the disk would be.
  public func createDisk(
    _ instance: InstanceID, base: CachedImage, gigabytes: UInt64
  ) async throws(RoostError) {
    let size = try Self.diskSize(base: base, gigabytes: gigabytes)
    let (disk, folder, overlays, crashPoints) = (
      disk, folder(of: instance), overlays, crashPoints
    )
    try await lane(instance).run("disks.createDisk", timeout: Self.deadline) {
      () throws(RoostError) in
      try disk.makeFolder(folder.path, mode: 0o711)
      if try disk.size(of: folder.disk) != nil { return }
      let part = folder.disk + InstanceFolder.unfinished
      try disk.remove(part)
      try overlays.makeOverlay(part, on: base, bytes: size)
      crashPoints.reach(.createDiskMade)
      try disk.rename(part, to: folder.disk)
    }
  }

  /// How many bytes the root disk has.
  static func diskSize(base: CachedImage, gigabytes: UInt64) throws(RoostError) -> UInt64 {
    if gigabytes == 0 { return base.virtualSize }
    let (size, overflow) = gigabytes.multipliedReportingOverflow(by: 1 << 30)
    guard !overflow, size <= 1 << 62 else {
      throw RoostError(.badRequest, "A root disk of \(gigabytes) GiB is not possible.")
    }
    guard base.virtualSize <= size else {
      throw RoostError(
        .badRequest,
        "The image's virtual size is \(base.virtualSize) bytes; the flavor's root disk of "
          + "\(gigabytes) GiB is too small for it.")
    }
    return size
  }

  /// Writes the config drive. One that is there stays as it is: the guest may be reading it.
  public func createConfigDrive(
    _ instance: InstanceID, files: [ConfigDriveFile]
  ) async throws(RoostError) {
    let (disk, folder) = (disk, folder(of: instance))
    try await lane(instance).run("disks.createConfigDrive", timeout: Self.deadline) {
      () throws(RoostError) in
      try disk.makeFolder(folder.path, mode: 0o711)
      if try disk.size(of: folder.configDrive) != nil { return }
      let image = try ConfigDriveImage.render(files)
      try disk.replace(folder.configDrive, with: image, mode: 0o600)
    }
  }

  /// Removes the instance's folder and all that is in it; none there is fine.
  public func remove(_ instance: InstanceID) async throws(RoostError) {
    let (disk, folder, crashPoints) = (disk, folder(of: instance), crashPoints)
    try await lane(instance).run("disks.remove", timeout: Self.deadline) {
      () throws(RoostError) in
      for name in try disk.list(folder.path) { try disk.remove("\(folder.path)/\(name)") }
      crashPoints.reach(.removeDisksEmptied)
      try disk.removeFolder(folder.path)
    }
  }

  /// Returns once what was removed, by this process or an earlier one, can't come back: only then may
  /// anybody be told that it is gone.
  public func settleRemoval(of instance: InstanceID) async throws(RoostError) {
    let (disk, root) = (disk, root)
    try await lane(instance).run("disks.settleRemoval", timeout: Self.deadline) {
      () throws(RoostError) in
      // Where nothing was ever made nothing can come back.
      if try disk.exists(root) { try disk.flushFolder(root) }
    }
  }

  /// The end of the instance's console log, at most `limit` bytes; empty when there is none.
  ///
  /// - Parameter lines: how many lines from the end; 0 for all that fit.
  public func consoleLog(
    _ instance: InstanceID, lines: UInt32, limit: Int
  ) async throws(RoostError) -> [UInt8] {
    let (disk, path) = (disk, folder(of: instance).consoleLog)
    return try await lane(instance).run("disks.consoleLog", timeout: Self.deadline) {
      () throws(RoostError) -> [UInt8] in
      let tail = try disk.readEnd(path, count: limit) ?? []
      return ConsoleTail.lastLines(tail, lines)
    }
  }

  /// Makes the folder of all instances. To be called once, at start.
  public func recover() async throws(RoostError) {
    let (disk, root) = (disk, root)
    try await surveyLane.run("disks.recover", timeout: Self.deadline) { () throws(RoostError) in
      try disk.makeFolder(root, mode: 0o711)
    }
  }

  /// Every file of every instance here, by path, and the folders that are empty.
  public func survey() async throws(RoostError) -> [SurveyedFile] {
    let (disk, root) = (disk, root)
    return try await surveyLane.run("disks.survey", timeout: Self.deadline) {
      () throws(RoostError) -> [SurveyedFile] in
      var found: [SurveyedFile] = []
      for name in try disk.list(root) {
        guard let instance = InstanceID(name) else { continue }
        let files = try disk.list("\(root)/\(name)").map { "\(root)/\(name)/\($0)" }
        for path in files.isEmpty ? ["\(root)/\(name)"] : files {
          found.append(SurveyedFile(instance: instance, path: path))
        }
      }
      return found
    }
  }
}

/// A file in an instance's folder, or the folder itself if it is empty.
public struct SurveyedFile: Sendable, Hashable {
  /// Whose folder it is in.
  public let instance: InstanceID
  /// Where it is.
  public let path: String
}

/// Which of an instance's files exist.
public struct ObservedDisks: Sendable, Hashable {
  /// The root disk is there, whole.
  public var disk: Bool
  /// The config drive is there, whole.
  public var configDrive: Bool
  /// There is something to remove.
  public var anything: Bool

  /// An observation.
  public init(disk: Bool, configDrive: Bool, anything: Bool) {
    self.disk = disk
    self.configDrive = configDrive
    self.anything = anything
  }
}
