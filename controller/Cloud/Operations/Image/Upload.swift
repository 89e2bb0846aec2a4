// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Log
import Store

extension ImageService {
  /// Takes an image's bytes while they arrive, in constant memory.
  ///
  /// The image is `saving` meanwhile, and `active` once bytes and record are durable. When that
  /// fails for any reason it is `queued` again and no file is left.
  ///
  /// - Parameters:
  ///   - announced: the count of bytes that the sender says will come.
  ///   - next: gives the next piece, nil after the last.
  /// - Throws: `.tooLarge` over the limit, `.conflict` for an image that has bytes or gets them now,
  ///   `.badRequest` for what is not what `disk_format` says.
  public func upload(
    _ id: ImageID, announced: Int64?, _ caller: Caller,
    next: @Sendable () async throws(RoostError) -> [UInt8]?
  ) async throws(RoostError) {
    let limit = settings.sizeLimit
    if let announced, announced > limit { throw ImageWriter.tooLarge(limit) }
    let format = try await begin(id, caller)
    do throws(RoostError) {
      let content = try await receive(id, format: format, next)
      try await finish(id, content)
    } catch {
      await abandon(id)
      throw error
    }
  }

  private func begin(_ id: ImageID, _ caller: Caller) async throws(RoostError) -> String {
    try await store.write { (tx) throws(RoostError) in
      var image = try Self.ownImage(id, caller, "upload_image", tx)
      guard image.status == .queued else {
        throw RoostError(
          .conflict,
          "Image \(id) is \(image.status.rawValue): bytes are taken only while it is queued.")
      }
      guard let format = image.diskFormat, image.containerFormat != nil else {
        throw RoostError(
          .badRequest, "disk_format and container_format must be set before bytes are uploaded.",
          field: "disk_format")
      }
      image.status = .saving
      try tx.update(image)
      return format
    }
  }

  private func receive(
    _ id: ImageID, format: String, _ next: @Sendable () async throws(RoostError) -> [UInt8]?
  ) async throws(RoostError) -> ImageContent {
    let (disk, folder, part, limit) = (disk, settings.folder, partPath(id), settings.sizeLimit)
    let writer = try await onLane(id, "create an image's file") {
      () throws(RoostError) -> ImageWriter in
      try disk.makeFolder(folder, mode: 0o700)
      return try ImageWriter(disk.create(part, mode: 0o600), limit: limit)
    }
    defer { writer.close() }
    while let piece = try await next() {
      try await onLane(id, "write an image's file") { () throws(RoostError) in
        try writer.append(piece)
      }
    }
    return try await onLane(id, "flush an image's file", timeout: .seconds(600)) {
      () throws(RoostError) in
      try writer.finish(format: format)
    }
  }

  private func finish(_ id: ImageID, _ content: ImageContent) async throws(RoostError) {
    let (disk, part, path, now) = (disk, partPath(id), path(id), clock.now)
    try await onLane(id, "rename an image's file") { () throws(RoostError) in
      try disk.rename(part, to: path)
    }
    try await store.write { (tx) throws(RoostError) in
      guard var image = try tx.image(id), image.status == .saving else {
        throw RoostError(.notFound, "Image \(id) was deleted while its bytes arrived.")
      }
      image.status = .active
      image.content = content
      image.updatedAt = now
      try tx.update(image)
    }
  }

  /// Runs for cancelled requests too: neither the store nor a lane asks whether the task is.
  private func abandon(_ id: ImageID) async {
    let (disk, part, path) = (disk, partPath(id), path(id))
    do throws(RoostError) {
      try await onLane(id, "remove a failed upload") { () throws(RoostError) in
        try disk.remove(part)
        try disk.remove(path)
      }
      try await store.write { (tx) throws(RoostError) in
        guard var image = try tx.image(id), image.status == .saving else { return }
        image.status = .queued
        try tx.update(image)
      }
    } catch {
      log.error("a failed upload of image \(id) could not be cleared away: \(error)")
    }
    await sweep()
  }
}
