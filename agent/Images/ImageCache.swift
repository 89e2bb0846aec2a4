// SPDX-License-Identifier: Apache-2.0

public import Base
import ImageFormat
public import Lanes

/// The node's base images, one file each, named by the SHA-256 of its bytes.
///
/// A file under its final name was verified and flushed before it got that name, so what is there
/// after a crash can be trusted; a half file has the ending `.part` and goes at the next start.
public actor ImageCache {
  private let folder: String
  private let disk: any Disk
  private let source: any ImageSource
  private let lane: any LaneRunning
  private let crashPoints: CrashPoints
  /// Who waits for a download that is under way, by hash.
  private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

  /// - Parameters:
  ///   - folder: holds the images and nothing else.
  ///   - lane: for what touches the disk outside downloads.
  public init(
    folder: String, disk: any Disk, source: any ImageSource, lane: any LaneRunning,
    crashPoints: CrashPoints = .none
  ) {
    self.folder = folder
    self.disk = disk
    self.source = source
    self.lane = lane
    self.crashPoints = crashPoints
  }

  private static let deadline = Duration.seconds(60)

  /// Makes the folder and removes what a crash left half written. To be called once, at start.
  public func recover() async throws(RoostError) {
    let (disk, folder) = (disk, folder)
    try await lane.run("images.recover", timeout: Self.deadline) { () throws(RoostError) in
      // QEMU reads base images under another user, by their full path.
      try disk.makeFolder(folder, mode: 0o711)
      for name in try disk.list(folder) where name.hasSuffix(".part") {
        try disk.remove("\(folder)/\(name)")
      }
    }
  }

  /// The image's file if it is in the cache.
  public func cached(_ image: ImageReference) async throws(RoostError) -> CachedImage? {
    let (disk, path) = (disk, path(of: image))
    return try await lane.run("images.look", timeout: Self.deadline) {
      () throws(RoostError) -> CachedImage? in
      // A file that has been damaged since is no longer the image; fetching replaces it.
      guard try disk.size(of: path) == image.sizeBytes else { return nil }
      do throws(RoostError) {
        return try Self.inspect(path, image, disk)
      } catch {
        guard error.kind == .badRequest else { throw error }
        return nil
      }
    }
  }

  /// The image's file, downloaded first if it isn't in the cache. Requests for one image share one
  /// download.
  ///
  /// - Throws: `.badRequest` when the bytes aren't the image's or aren't fit for a base image,
  ///   `.tooLarge` when the disk has no room, what the source throws.
  public func fetch(_ image: ImageReference) async throws(RoostError) -> CachedImage {
    while true {
      if let there = try await cached(image) { return there }
      if waiting[image.sha256] == nil { break }
      await withCheckedContinuation { waiting[image.sha256]?.append($0) }
      // The one who downloaded may have failed or been cancelled: look again, then try oneself.
    }
    waiting[image.sha256] = []
    defer { for waiter in waiting.removeValue(forKey: image.sha256) ?? [] { waiter.resume() } }
    do throws(RoostError) {
      return try await download(image)
    } catch {
      if PlantedBug.waitersForgotten.isPlanted { waiting[image.sha256] = [] }
      throw error
    }
  }

  private func download(_ image: ImageReference) async throws(RoostError) -> CachedImage {
    let (disk, folder, path) = (disk, folder, path(of: image))
    let part = path + ".part"
    let file = try await lane.run("images.create", timeout: Self.deadline) {
      () throws(RoostError) -> VerifyingFile in
      let free = try disk.space(at: folder).free
      guard image.sizeBytes <= free else {
        throw RoostError(
          .tooLarge,
          "The image \(image.id) needs \(image.sizeBytes) bytes; the node has \(free) free.")
      }
      return try VerifyingFile(try disk.create(part, mode: 0o644), image: image)
    }
    do throws(RoostError) {
      try await source.download(image, to: file)
      crashPoints.reach(.fetchImageDownloaded)
      return try await lane.run("images.keep", timeout: Self.deadline) {
        () throws(RoostError) -> CachedImage in
        if !PlantedBug.imageUnverified.isPlanted { try file.verify() }
        if !PlantedBug.imageUnflushed.isPlanted { try file.flush() }
        file.close()
        guard let checked = try Self.inspect(part, image, disk) else {
          throw RoostError(.internal, "The image \(image.id) vanished from the node's cache.")
        }
        try disk.rename(part, to: path)
        return CachedImage(
          path: path, format: checked.format, virtualSize: checked.virtualSize)
      }
    } catch {
      file.close()
      _ = try? await lane.run("images.discard", timeout: Self.deadline) { () throws(RoostError) in
        try disk.remove(part)
      }
      throw error
    }
  }

  /// Where the image is or would be.
  public nonisolated func path(of image: ImageReference) -> String { "\(folder)/\(image.sha256)" }

  /// Looks at a file's start; nil if there is no file.
  private static func inspect(
    _ path: String, _ image: ImageReference, _ disk: any Disk
  ) throws(RoostError) -> CachedImage? {
    switch image.format {
    case .raw:
      guard let size = try disk.size(of: path) else { return nil }
      return CachedImage(path: path, format: .raw, virtualSize: size)
    case .qcow2:
      guard let start = try disk.readStart(path, count: QCOW2Header.prefixLength) else {
        return nil
      }
      let header = try QCOW2Header(parsing: start)
      try header.requireSelfContained()
      return CachedImage(path: path, format: .qcow2, virtualSize: header.virtualSize)
    }
  }
}
