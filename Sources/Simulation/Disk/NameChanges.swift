// SPDX-License-Identifier: Apache-2.0

/// A change of names that is done wholly or not at all: a file made or removed, or one moved.
struct NameChange {
  /// What a name in a folder stands for from now on; nil for nothing.
  struct Part {
    let folder: FolderNode
    let name: String
    let node: VolumeNode?
  }

  let parts: [Part]

  fileprivate func keep() {
    for part in parts { part.folder.kept[part.name] = part.node }
  }
}

/// Changes of names that programs see and that are not on the disk yet, oldest first.
///
/// A file's flush is no matter of its name (fsync(2)); a folder's is, for all names in it. A folder that
/// is flushed is there itself: no journal of a Linux file system keeps what is in a folder without it.
struct NameChanges {
  /// A kernel writes names to the disk by itself, so there are never more of them than this.
  private static let limit = 1024

  private var pending: [NameChange] = []

  /// Whether a cut of power would change nothing.
  var isEmpty: Bool { pending.isEmpty }

  /// Programs see it from now on.
  mutating func make(_ parts: [NameChange.Part]) {
    for part in parts { part.folder.seen[part.name] = part.node }
    pending.append(NameChange(parts: parts))
    if pending.count > Self.limit { flush() }
  }

  /// All of it is on the disk.
  mutating func flush() {
    for change in pending { change.keep() }
    pending = []
  }

  /// What was changed in a folder is on the disk.
  mutating func flush(_ folder: FolderNode) {
    keep([ObjectIdentifier(folder)]) { $0.parts.contains { $0.folder === folder } }
  }

  /// Of what was not flushed any part is on the disk.
  mutating func lose(_ loss: PowerLoss) {
    keep([]) { _ in loss.keeps() }
    pending = []
  }

  /// Puts changes on the disk, and with each all that it rests on: older changes of the same names, and
  /// the folders that it is in.
  private mutating func keep(
    _ folders: Set<ObjectIdentifier>, where isWanted: (NameChange) -> Bool
  ) {
    var (names, folders) = (Set<Name>(), folders)
    var isKept = [Bool](repeating: false, count: pending.count)
    for (place, change) in pending.enumerated().reversed() {
      let isNeeded = change.parts.contains { part in
        names.contains(Name(part))
          || part.node?.folder.map { folders.contains(ObjectIdentifier($0)) } == true
      }
      guard isWanted(change) || isNeeded else { continue }
      isKept[place] = true
      for part in change.parts {
        names.insert(Name(part))
        folders.insert(ObjectIdentifier(part.folder))
      }
    }
    var rest: [NameChange] = []
    for (place, change) in pending.enumerated() {
      if isKept[place] { change.keep() } else { rest.append(change) }
    }
    pending = rest
  }

  private struct Name: Hashable {
    let folder: ObjectIdentifier
    let name: String

    init(_ part: NameChange.Part) {
      folder = ObjectIdentifier(part.folder)
      name = part.name
    }
  }
}
