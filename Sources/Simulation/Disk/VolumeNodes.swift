// SPDX-License-Identifier: Apache-2.0

/// A file of a simulated volume, whatever its names.
///
/// `@unchecked`: touched under the volume's lock only.
final class FileNode: @unchecked Sendable {
  var bytes = CachedBytes()
  /// Names that programs see.
  var names = 0
  /// How often it is open.
  var uses = 0
  /// Whether the volume counts it among those that a cut of power would change.
  var isListed = false
  /// What the SQLite connections that have it open share.
  weak var shared: SharedFile?
}

/// A folder of a simulated volume.
///
/// `@unchecked`: touched under the volume's lock only.
final class FolderNode: @unchecked Sendable {
  /// What programs see in it.
  var seen: [String: VolumeNode] = [:]
  /// What is in it on the disk.
  var kept: [String: VolumeNode] = [:]
}

/// What a name stands for.
enum VolumeNode: Sendable {
  case file(FileNode)
  case folder(FolderNode)

  var file: FileNode? {
    if case .file(let file) = self { file } else { nil }
  }

  var folder: FolderNode? {
    if case .folder(let folder) = self { folder } else { nil }
  }
}
