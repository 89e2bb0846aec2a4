// SPDX-License-Identifier: Apache-2.0

public import Base
import CArchive
import Glibc

/// One file on a config drive.
public struct ConfigDriveFile: Sendable, Hashable {
  /// Below the drive's root, as `openstack/latest/meta_data.json`.
  public var path: String
  /// What it holds.
  public var content: [UInt8]

  /// A file with its content.
  public init(path: String, content: [UInt8]) {
    self.path = path
    self.content = content
  }
}

/// A config drive: an ISO 9660 file system with Rock Ridge and Joliet names and the volume id that
/// guests look for, `config-2`.
///
/// Source: OpenStack's metadata format, "Config drives" in Nova's user guide.
public enum ConfigDriveImage {
  /// Most bytes that all files may hold together; user data is limited to 64 KiB beside which the
  /// rest is small.
  public static let contentLimit = 4 << 20

  /// The image's bytes. Blocks for as long as it takes to write a temporary file.
  ///
  /// - Throws: `.badRequest` for a path that leaves the drive or stands twice, `.tooLarge` over the
  ///   limit.
  public static func render(_ files: [ConfigDriveFile]) throws(RoostError) -> [UInt8] {
    try check(files)
    guard let archive = archive_write_new() else {
      throw .system("allocate an archive", errno: ENOMEM)
    }
    defer { archive_write_free(archive) }
    try require(archive_write_set_format_iso9660(archive), archive)
    try require(
      archive_write_set_options(archive, "iso9660:volume-id=config-2,rockridge=useful,joliet=1"),
      archive)
    try require(archive_write_set_bytes_in_last_block(archive, 1), archive)
    let sink = Sink()
    let context = Unmanaged.passUnretained(sink).toOpaque()
    try withExtendedLifetimeOf(sink) { () throws(RoostError) in
      try require(
        archive_write_open2(
          archive, context, nil,
          { _, context, bytes, count in
            guard let context, let bytes else { return -1 }
            Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().bytes.append(
              contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
            return count
          }, nil, nil), archive)
      for folder in folders(of: files) { try add(folder, nil, to: archive) }
      for file in files.sorted(by: { $0.path < $1.path }) {
        try add(file.path, file.content, to: archive)
      }
      try require(archive_write_close(archive), archive)
    }
    try name(&sink.bytes)
    return sink.bytes
  }

  /// Writes the volume id into the primary descriptor: ISO 9660 proper has neither lower case nor a
  /// hyphen, so libarchive writes `CONFIG_2` there; guests look for the id as it is.
  private static func name(_ image: inout [UInt8]) throws(RoostError) {
    // Sector 16 holds the primary descriptor, whose bytes 40 to 71 are the volume id.
    let field = (16 * 2048 + 40)..<(16 * 2048 + 72)
    guard image.count > field.upperBound else {
      throw RoostError(
        .internal, "The config drive could not be written.", operator: "libarchive: no descriptor")
    }
    let id = Array("config-2".utf8)
    image.replaceSubrange(
      field, with: id + [UInt8](repeating: 0x20, count: field.count - id.count))
  }

  private final class Sink {
    var bytes: [UInt8] = []
  }

  private static func withExtendedLifetimeOf(
    _ sink: Sink, _ body: () throws(RoostError) -> Void
  ) throws(RoostError) {
    defer { withExtendedLifetime(sink) {} }
    try body()
  }

  private static func check(_ files: [ConfigDriveFile]) throws(RoostError) {
    var total = 0
    var seen: Set<String> = []
    for file in files {
      let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
      guard (1...8).contains(parts.count), file.path.utf8.count <= 255,
        parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
        !file.path.utf8.contains(0)
      else {
        throw RoostError(
          .badRequest, "'\(file.path)' is not a path that a config drive can hold.")
      }
      guard seen.insert(file.path).inserted else {
        throw RoostError(.badRequest, "The config drive holds '\(file.path)' twice.")
      }
      total += file.content.count
    }
    guard total <= contentLimit else {
      throw RoostError(
        .tooLarge, "The config drive holds \(total) bytes; \(contentLimit) are allowed.")
    }
  }

  /// Every folder on the way to a file, parents first.
  private static func folders(of files: [ConfigDriveFile]) -> [String] {
    var found: Set<String> = []
    for file in files {
      var parts = file.path.split(separator: "/")
      parts.removeLast()
      while !parts.isEmpty {
        found.insert(parts.joined(separator: "/"))
        parts.removeLast()
      }
    }
    return found.sorted()
  }

  /// Adds a file, or a folder when there is no content. Times are fixed, so that equal files make
  /// equal drives.
  private static func add(
    _ path: String, _ content: [UInt8]?, to archive: OpaquePointer
  ) throws(RoostError) {
    guard let entry = archive_entry_new() else {
      throw .system("allocate an archive entry", errno: ENOMEM)
    }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname_utf8(entry, path)
    archive_entry_set_filetype(entry, content == nil ? 0o040000 : 0o100000)
    archive_entry_set_perm(entry, content == nil ? 0o755 : 0o644)
    archive_entry_set_size(entry, Int64(content?.count ?? 0))
    archive_entry_set_mtime(entry, 0, 0)
    try require(archive_write_header(archive, entry), archive)
    guard let content, !content.isEmpty else { return }
    let written = content.withUnsafeBytes {
      archive_write_data(archive, $0.baseAddress, $0.count)
    }
    guard written == content.count else { throw failed(archive) }
  }

  private static func require(_ result: Int32, _ archive: OpaquePointer) throws(RoostError) {
    // ARCHIVE_WARN (-20) leaves a usable archive.
    guard result >= -20 else { throw failed(archive) }
  }

  private static func failed(_ archive: OpaquePointer) -> RoostError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
    return RoostError(
      .internal, "The config drive could not be written.", operator: "libarchive: \(reason)")
  }
}
