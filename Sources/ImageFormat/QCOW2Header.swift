// SPDX-License-Identifier: Apache-2.0

public import Base

/// What the start of a qcow2 file says about the image.
///
/// Source: QEMU's `docs/interop/qcow2.txt`. Numbers are big-endian.
public struct QCOW2Header: Sendable, Hashable {
  /// 2 or 3.
  public let version: UInt32
  /// Bytes the guest sees.
  public let virtualSize: UInt64
  /// 2^`clusterBits` bytes make a cluster.
  public let clusterBits: UInt32
  /// Whether the image names another file that holds what it lacks.
  public let hasBackingFile: Bool
  /// Whether the guest's bytes lie in another file that the image names.
  public let hasExternalDataFile: Bool
  /// Whether the guest's bytes are encrypted.
  public let isEncrypted: Bool
  /// Whether QEMU marked the image as damaged.
  public let isMarkedCorrupt: Bool

  /// Bytes from the file's start that `init(parsing:)` needs at most. Shorter files are fine.
  public static let prefixLength = 64 << 10

  /// Whether bytes begin as a qcow2 file of any version.
  public static func matches(_ start: some Collection<UInt8>) -> Bool {
    start.starts(with: [0x51, 0x46, 0x49, 0xFB])
  }

  /// Reads the header from the file's first `prefixLength` bytes.
  ///
  /// - Throws: `.badRequest` for anything QEMU's format does not allow.
  public init(parsing start: [UInt8]) throws(RoostError) {
    guard Self.matches(start) else { throw refused("it does not begin as a qcow2 file") }
    let fields = BigEndianFields(bytes: start)
    version = try fields.word(at: 4)
    guard version == 2 || version == 3 else {
      throw refused("its version is \(version); 2 and 3 are supported")
    }
    hasBackingFile = try fields.long(at: 8) != 0
    clusterBits = try fields.word(at: 20)
    guard (9...21).contains(clusterBits) else {
      throw refused("its cluster bits are \(clusterBits); 9 to 21 are allowed")
    }
    virtualSize = try fields.long(at: 24)
    guard virtualSize > 0, virtualSize <= Self.largestVirtualSize else {
      throw refused("its virtual size is \(virtualSize) bytes")
    }
    let cryptMethod = try fields.word(at: 32)
    guard cryptMethod <= 2 else { throw refused("its encryption method is \(cryptMethod)") }
    isEncrypted = cryptMethod != 0

    var incompatible: UInt64 = 0
    var headerLength: UInt32 = 72
    if version == 3 {
      incompatible = try fields.long(at: 72)
      headerLength = try fields.word(at: 100)
      guard headerLength >= 104, headerLength % 8 == 0, headerLength <= 1 << clusterBits else {
        throw refused("its header length is \(headerLength)")
      }
    }
    guard incompatible & ~Feature.known == 0 else {
      throw refused("it needs features that are not known here")
    }
    isMarkedCorrupt = incompatible & Feature.corrupt != 0
    let extensions = try Self.extensions(
      in: fields, from: Int(headerLength), to: min(start.count, 1 << clusterBits))
    hasExternalDataFile =
      incompatible & Feature.externalData != 0 || extensions.contains(Extension.externalDataName)
  }

  /// QEMU's own limit is a signed 64-bit offset; 8 EiB is far beyond any disk.
  private static let largestVirtualSize: UInt64 = 1 << 62

  private enum Feature {
    static let corrupt: UInt64 = 1 << 1
    static let externalData: UInt64 = 1 << 2
    /// Dirty, corrupt, external data, compression type, extended L2 entries.
    static let known: UInt64 = 0b11111
  }

  private enum Extension {
    static let end: UInt32 = 0
    static let externalDataName: UInt32 = 0x4441_5441
  }

  /// The types of the header extensions. They end with type 0, with the first cluster, or where the
  /// prefix does.
  private static func extensions(
    in fields: BigEndianFields, from start: Int, to end: Int
  ) throws(RoostError) -> [UInt32] {
    var types: [UInt32] = []
    var offset = start
    while offset + 8 <= end {
      let type = try fields.word(at: offset)
      let length = Int(try fields.word(at: offset + 4))
      if type == Extension.end { break }
      guard length <= end - offset - 8 else {
        throw refused("a header extension reaches beyond the first cluster")
      }
      types.append(type)
      offset += 8 + (length + 7) / 8 * 8
    }
    return types
  }
}

extension QCOW2Header {
  /// Refuses an image that could make QEMU read or write any other file, or that can't be read.
  ///
  /// - Throws: `.badRequest` naming what is not allowed.
  public func requireSelfContained() throws(RoostError) {
    if hasBackingFile { throw refused("it has a backing file") }
    if hasExternalDataFile { throw refused("it has an external data file") }
    if isEncrypted { throw refused("it is encrypted") }
    if isMarkedCorrupt { throw refused("it is marked as corrupt") }
  }
}

private func refused(_ reason: String) -> RoostError {
  RoostError(.badRequest, "The qcow2 image is refused: \(reason).")
}

/// Reads numbers at fixed places; a place beyond the end is an error, never a trap.
private struct BigEndianFields {
  let bytes: [UInt8]

  func word(at offset: Int) throws(RoostError) -> UInt32 {
    UInt32(truncatingIfNeeded: try number(at: offset, count: 4))
  }

  func long(at offset: Int) throws(RoostError) -> UInt64 {
    try number(at: offset, count: 8)
  }

  private func number(at offset: Int, count: Int) throws(RoostError) -> UInt64 {
    guard offset >= 0, offset + count <= bytes.count else {
      throw refused("it ends inside its header")
    }
    return bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
