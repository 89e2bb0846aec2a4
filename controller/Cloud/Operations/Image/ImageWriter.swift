// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Crypto
import ImageFormat
import Synchronization

/// Writes an image's bytes to a file, counts and hashes them, and keeps their start for a look at
/// the format. Used on one lane, one call after the other.
final class ImageWriter: Sendable {
  private struct State {
    var size: Int64 = 0
    var start: [UInt8] = []
  }

  private let file: any DiskFile
  private let limit: Int64
  private let md5: Digest
  private let sha256: Digest
  private let sha512: Digest
  private let state = Mutex(State())

  init(_ file: any DiskFile, limit: Int64) throws(RoostError) {
    self.file = file
    self.limit = limit
    md5 = try Digest(.md5)
    sha256 = try Digest(.sha256)
    sha512 = try Digest(.sha512)
  }

  static func tooLarge(_ limit: Int64) -> RoostError {
    RoostError(
      .tooLarge, "The image is larger than \(limit) bytes, the limit image_size_max.",
      field: "image_size_max")
  }

  func append(_ bytes: [UInt8]) throws(RoostError) {
    let size = state.withLock { state in
      state.size += Int64(bytes.count)
      let missing = QCOW2Header.prefixLength - state.start.count
      if missing > 0 { state.start.append(contentsOf: bytes.prefix(missing)) }
      return state.size
    }
    guard size <= limit else { throw Self.tooLarge(limit) }
    for digest in [md5, sha256, sha512] { digest.update(bytes) }
    try file.append(bytes)
  }

  /// Makes the bytes durable and says what they are.
  ///
  /// - Throws: `.badRequest` for bytes that are not what `format` says, or that reach for other
  ///   files.
  func finish(format: String) throws(RoostError) -> ImageContent {
    let (size, start) = state.withLock { ($0.size, $0.start) }
    let virtualSize = try Self.virtualSize(format: format, size: size, start: start)
    try file.flush()
    file.close()
    return ImageContent(
      size: size, virtualSize: virtualSize, md5: md5.finishHex(), sha256: sha256.finishHex(),
      sha512: sha512.finishHex())
  }

  func close() { file.close() }

  private static func virtualSize(format: String, size: Int64, start: [UInt8]) throws(RoostError)
    -> Int64
  {
    guard size > 0 else { throw RoostError(.badRequest, "The image has no bytes.") }
    if format == "qcow2" {
      let header = try QCOW2Header(parsing: start)
      try header.requireSelfContained()
      return Int64(clamping: header.virtualSize)
    }
    guard !QCOW2Header.matches(start) else {
      throw RoostError(
        .badRequest, "disk_format is raw, but the bytes begin as a qcow2 file.",
        field: "disk_format")
    }
    return size
  }
}
