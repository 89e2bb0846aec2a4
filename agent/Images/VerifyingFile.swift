// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto

/// Passes bytes on to a file while it counts and hashes them, so that they are read only once.
final class VerifyingFile: DiskFile, @unchecked Sendable {
  // One download appends, then one lane verifies; the await between them orders the two.
  private let digest: Digest
  private var count: UInt64 = 0
  private let file: any DiskFile
  private let image: ImageReference

  init(_ file: any DiskFile, image: ImageReference) throws(RoostError) {
    digest = try Digest(.sha256)
    self.file = file
    self.image = image
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(RoostError) {
    digest.update(bytes)
    count += UInt64(bytes.count)
    // The sender's word on the length is what the disk's space was checked against.
    guard count <= image.sizeBytes else {
      throw RoostError(
        .badRequest, "The image \(image.id) is longer than its \(image.sizeBytes) bytes.")
    }
    try file.append(bytes)
  }

  /// Throws unless exactly the image's bytes were appended.
  func verify() throws(RoostError) {
    guard count == image.sizeBytes else {
      throw RoostError(
        .unavailable,
        "The download of image \(image.id) ended after \(count) of \(image.sizeBytes) bytes.")
    }
    let hash = digest.finishHex()
    guard hash == image.sha256 else {
      throw RoostError(
        .badRequest,
        "The image \(image.id) is corrupt: its SHA-256 is \(hash), not \(image.sha256).")
    }
  }

  func flush() throws(RoostError) { try file.flush() }
  func close() { file.close() }
}
