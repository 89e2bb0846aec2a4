// SPDX-License-Identifier: Apache-2.0

public import Base

/// A base image as a guest's specification names it.
public struct ImageReference: Sendable, Hashable {
  /// The layouts that are used as base images.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// QEMU's copy-on-write format.
    case qcow2
    /// The guest's bytes as they are.
    case raw
  }

  /// The image.
  public let id: ImageID
  /// Its layout.
  public let format: Format
  /// SHA-256 of its bytes, 64 lower-case hex digits.
  public let sha256: String
  /// How many bytes there are.
  public let sizeBytes: UInt64

  /// Checks what the controller sent; the hash becomes a file name.
  ///
  /// - Throws: `.badRequest` naming the field.
  public init(
    id: ImageID, format: String, sha256: String, sizeBytes: UInt64
  ) throws(RoostError) {
    guard let known = Format(rawValue: format) else {
      throw RoostError(
        .badRequest, "The image \(id) has disk format '\(format)'; qcow2 and raw are supported.")
    }
    let digits = sha256.utf8
    guard digits.count == 64,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else {
      throw RoostError(
        .badRequest, "The image \(id) has no SHA-256 of 64 lower-case hex digits.")
    }
    guard sizeBytes > 0 else {
      throw RoostError(.badRequest, "The image \(id) is empty.")
    }
    self.id = id
    self.format = known
    self.sha256 = sha256
    self.sizeBytes = sizeBytes
  }
}

/// A base image in the node's cache.
public struct CachedImage: Sendable, Hashable {
  /// The file.
  public let path: String
  /// Its layout.
  public let format: ImageReference.Format
  /// Bytes the guest sees.
  public let virtualSize: UInt64
}

/// The seam for where image bytes come from.
public protocol ImageSource: Sendable {
  /// Appends the image's bytes to `file`, from the first to the last, and returns then.
  ///
  /// - Throws: `.unavailable` for what another attempt may cure; whatever `file` throws.
  func download(_ image: ImageReference, to file: any DiskFile) async throws(RoostError)
}
