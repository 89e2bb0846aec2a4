// SPDX-License-Identifier: Apache-2.0

/// The names of a simulated volume, what they stand for, and how much that is.
struct VolumeTree {
  let root = FolderNode()
  private(set) var changes = NameChanges()
  /// Bytes of all files that have a name or are open.
  private(set) var used: UInt64 = 0
  /// Files that a cut of power would change, in the order in which they came to be such. One that nobody
  /// can reach any more, not even after the cut, is let go.
  private var dirty: [Listed] = []

  private struct Listed {
    weak var file: FileNode?
  }

  // MARK: Names

  /// What programs see at a path.
  func node(at path: String) throws(VolumeError) -> VolumeNode? {
    var node = VolumeNode.folder(root)
    for name in path.split(separator: "/") {
      guard let folder = node.folder else { throw .notFolder }
      guard let next = folder.seen[String(name)] else { return nil }
      node = next
    }
    return node
  }

  func isThere(_ path: String) throws(VolumeError) -> Bool { try node(at: path) != nil }

  func file(at path: String) throws(VolumeError) -> FileNode? {
    guard let node = try node(at: path) else { return nil }
    guard let file = node.file else { throw .isFolder }
    return file
  }

  func folder(at path: String) throws(VolumeError) -> FolderNode? {
    guard let node = try node(at: path) else { return nil }
    guard let folder = node.folder else { throw .notFolder }
    return folder
  }

  /// The folder that a path is in, which must be there, and its name there.
  func place(of path: String) throws(VolumeError) -> (folder: FolderNode, name: String) {
    let (parent, name) = Self.split(path)
    guard !name.isEmpty else { throw .invalid }
    guard let folder = try folder(at: parent) else { throw .absent }
    return (folder, name)
  }

  /// The folder that a path is in, and its name there.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("/", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  mutating func makeFile(_ path: String) throws(VolumeError) -> FileNode {
    let (folder, name) = try place(of: path)
    let file = FileNode()
    file.names = 1
    changes.make([NameChange.Part(folder: folder, name: name, node: .file(file))])
    return file
  }

  mutating func makeFolder(_ path: String) throws(VolumeError) {
    let (folder, name) = try place(of: path)
    let made = NameChange.Part(folder: folder, name: name, node: .folder(FolderNode()))
    changes.make([made])
  }

  mutating func unlink(_ path: String) throws(VolumeError) {
    let (folder, name) = try place(of: path)
    guard let node = folder.seen[name] else { throw .absent }
    guard let file = node.file else { throw .isFolder }
    changes.make([NameChange.Part(folder: folder, name: name, node: nil)])
    forgetName(of: file)
  }

  mutating func removeFolder(_ path: String) throws(VolumeError) {
    let (folder, name) = try place(of: path)
    guard let node = folder.seen[name] else { throw .absent }
    guard let removed = node.folder else { throw .notFolder }
    guard removed.seen.isEmpty else { throw .notEmpty }
    changes.make([NameChange.Part(folder: folder, name: name, node: nil)])
  }

  mutating func rename(_ from: String, to: String) throws(VolumeError) {
    let (source, oldName) = try place(of: from)
    let (target, newName) = try place(of: to)
    guard let node = source.seen[oldName] else { throw .absent }
    guard from != to else { return }
    let replaced = target.seen[newName]
    switch (node, replaced) {
    case (.folder, .file): throw .notFolder
    case (.file, .folder): throw .isFolder
    case (.folder, .folder(let old)) where !old.seen.isEmpty: throw .notEmpty
    case (.folder, _) where to.hasPrefix(from + "/"): throw .invalid
    default: break
    }
    changes.make([
      NameChange.Part(folder: source, name: oldName, node: nil),
      NameChange.Part(folder: target, name: newName, node: node),
    ])
    if let file = replaced?.file { forgetName(of: file) }
  }

  // MARK: Bytes

  /// Changes a file that has a name or is open.
  mutating func change(_ file: FileNode, _ body: (inout CachedBytes) -> Void) {
    used -= UInt64(file.bytes.seen.count)
    body(&file.bytes)
    used += UInt64(file.bytes.seen.count)
    guard !file.isListed, !file.bytes.isClean else { return }
    file.isListed = true
    dirty.append(Listed(file: file))
  }

  mutating func forgetName(of file: FileNode) {
    file.names -= 1
    release(file)
  }

  /// Gives back the room of a file that nobody can reach any more.
  mutating func release(_ file: FileNode) {
    if file.names == 0, file.uses == 0 { used -= UInt64(file.bytes.seen.count) }
  }

  // MARK: What is on the disk

  mutating func flush(_ folder: FolderNode) { changes.flush(folder) }

  /// All that programs see is on the disk.
  mutating func flush() {
    changes.flush()
    for listed in dirty { listed.file?.bytes.flush() }
    tidy()
  }

  /// Forgets files that a cut of power would not change any more.
  mutating func tidy() {
    dirty.removeAll { listed in
      guard let file = listed.file else { return true }
      file.isListed = !file.bytes.isClean
      return !file.isListed
    }
  }

  /// Programs see what is on the disk; of what was not flushed any part is.
  mutating func lose(_ loss: PowerLoss) {
    for listed in dirty { listed.file?.bytes.lose(loss) }
    tidy()
    changes.lose(loss)
    walk(from: root) { folder in folder.seen = folder.kept }
    recount()
  }

  /// Counts anew when nobody has a file open any more.
  mutating func recount() {
    var files: [FileNode] = []
    walk(from: root) { folder in files += folder.seen.values.compactMap(\.file) }
    used = 0
    for file in files {
      (file.names, file.uses) = (1, 0)
      used += UInt64(file.bytes.seen.count)
    }
  }

  /// Every file that programs see, by path.
  func contents() -> [(path: String, bytes: [UInt8])] {
    var files: [(path: String, bytes: [UInt8])] = []
    gather(root, "", &files)
    return files
  }

  private func gather(
    _ folder: FolderNode, _ path: String, _ files: inout [(path: String, bytes: [UInt8])]
  ) {
    for (name, node) in folder.seen.sorted(by: { $0.key < $1.key }) {
      switch node {
      case .file(let file): files.append(("\(path)/\(name)", file.bytes.seen))
      case .folder(let child): gather(child, "\(path)/\(name)", &files)
      }
    }
  }

  /// Every folder, parents first. The order of those in one folder is any: nothing may depend on it.
  private func walk(from folder: FolderNode, _ body: (FolderNode) -> Void) {
    body(folder)
    for node in folder.seen.values { if let child = node.folder { walk(from: child, body) } }
  }
}
