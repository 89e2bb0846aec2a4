// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// A file that a process has open.
struct OpenFile: Sendable {
  let file: FileNode
  /// Empty for a file without a name.
  let path: String
  let epoch: Int
}

/// The calls that both seams are made of.
extension SimulatedVolume {
  /// What becomes of a file that is opened.
  struct Opening: OptionSet {
    let rawValue: Int
    /// It is made if there is none.
    static let create = Opening(rawValue: 1)
    /// It is emptied.
    static let truncate = Opening(rawValue: 2)
  }

  /// - Returns: nil if there is none and none is to be made.
  func open(_ path: String, _ how: Opening, _ epoch: Int) throws(VolumeError) -> OpenFile? {
    try perform(DiskCall(.open, path), epoch) { state throws(VolumeError) in
      var file = try state.tree.file(at: path)
      if let file, how.contains(.truncate), !file.bytes.seen.isEmpty {
        if happens(&state.faults.writes) { throw .failed }
        if !state.faults.ignoresWrites { state.tree.change(file) { $0.resize(0) } }
      }
      if file == nil, how.contains(.create) {
        _ = try state.tree.place(of: path)
        if happens(&state.faults.writes) { throw .failed }
        file = state.faults.ignoresWrites ? FileNode() : try state.tree.makeFile(path)
      }
      guard let file else { return nil }
      file.uses += 1
      return OpenFile(file: file, path: path, epoch: epoch)
    }
  }

  /// Opens a new file that has no name and goes when it is closed.
  func openNameless(_ epoch: Int) throws(VolumeError) -> OpenFile {
    try perform(DiskCall(.open, ""), epoch) { _ throws(VolumeError) in
      let file = FileNode()
      file.uses = 1
      return OpenFile(file: file, path: "", epoch: epoch)
    }
  }

  /// Closes; never fails, and does nothing for a process that has ended.
  func close(_ open: OpenFile) {
    state.withLock { state in
      guard state.epoch == open.epoch else { return }
      open.file.uses -= 1
      state.tree.release(open.file)
    }
  }

  /// Calls `body` with all bytes of an open file.
  func read<T: Sendable>(
    _ open: OpenFile, _ body: ([UInt8]) throws(VolumeError) -> T
  ) throws(VolumeError) -> T {
    try perform(DiskCall(.read, open.path), open.epoch) { _ throws(VolumeError) in
      try body(open.file.bytes.seen)
    }
  }

  /// Writes, and makes the file longer where it must be. On a full volume what still has room is written.
  ///
  /// - Parameter offset: nil for the file's end.
  func write(
    _ bytes: UnsafeRawBufferPointer, to open: OpenFile, at offset: Int? = nil
  ) throws(VolumeError) {
    try perform(DiskCall(.write, open.path), open.epoch) { state throws(VolumeError) in
      guard !state.faults.ignoresWrites else { return }
      let before = open.file.bytes.seen.count
      let offset = offset ?? before
      guard offset + bytes.count <= Self.largestFile else { throw .tooLarge }
      let free = Int(clamping: state.free)
      let room = max(0, min(bytes.count, max(before, before + free) - offset))
      let fits = UnsafeRawBufferPointer(rebasing: bytes[..<room])
      state.tree.change(open.file) { $0.write(fits, at: offset) }
      if room < bytes.count { throw .full }
    }
  }

  /// Sets a file's size.
  func truncate(_ open: OpenFile, to size: Int) throws(VolumeError) {
    try perform(DiskCall(.truncate, open.path), open.epoch) { state throws(VolumeError) in
      guard !state.faults.ignoresWrites else { return }
      let grown = UInt64(max(0, size - open.file.bytes.seen.count))
      guard size <= Self.largestFile else { throw .tooLarge }
      guard grown == 0 || grown <= state.free else { throw .full }
      state.tree.change(open.file) { $0.resize(size) }
    }
  }

  /// Returns once what was written to the file is on the disk.
  func sync(_ open: OpenFile) throws(VolumeError) {
    try perform(DiskCall(.sync, open.path), open.epoch) { state throws(VolumeError) in
      if happens(&state.faults.syncs) {
        state.tree.change(open.file) { $0.failFlush(chance()) }
        throw .failed
      }
      guard !state.faults.ignoresSyncs else { return }
      open.file.bytes.flush()
      state.tree.tidy()
    }
  }

  /// Returns once the names in a folder are on the disk. If it fails they are not.
  func syncFolder(_ path: String, _ epoch: Int) throws(VolumeError) {
    try perform(DiskCall(.syncFolder, path), epoch) { state throws(VolumeError) in
      guard let folder = try state.tree.folder(at: path) else { throw .absent }
      if happens(&state.faults.syncs) { throw .failed }
      if !state.faults.ignoresSyncs { state.tree.flush(folder) }
    }
  }

  /// Changes names.
  func change(
    _ call: DiskCall, _ epoch: Int,
    _ body: (inout VolumeTree) throws(VolumeError) -> Void
  ) throws(VolumeError) {
    try perform(call, epoch) { state throws(VolumeError) in
      if !state.faults.ignoresWrites { try body(&state.tree) }
    }
  }

  /// What is at a path.
  func look(_ path: String, _ epoch: Int) throws(VolumeError) -> VolumeNode? {
    try perform(DiskCall(.stat, path), epoch) { state throws(VolumeError) in
      try state.tree.node(at: path)
    }
  }

  /// The size of what is at a path; a folder has none to speak of. Nil if nothing is there.
  func size(of path: String, _ epoch: Int) throws(VolumeError) -> Int? {
    try perform(DiskCall(.stat, path), epoch) { state throws(VolumeError) in
      guard let node = try state.tree.node(at: path) else { return nil }
      return node.file?.bytes.seen.count ?? 0
    }
  }

  /// Bytes that one file can have: beyond it a program has lost its way.
  private static var largestFile: Int { 1 << 34 }
}
