// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Synchronization

/// One file that a SQLite connection has open. Belongs to the connection's thread.
final class VFSFile {
  /// Keeps what SQLite has a pointer to.
  let core: VFSCore
  let open: OpenFile
  private let goesWhenClosed: Bool
  private let isReadOnly: Bool
  /// Until a journal that may be new is flushed for the first time, its name is not on the disk: the first
  /// flush is one of its folder too, whose failure goes unsaid.
  private var syncsFolder: Bool
  /// What a database's connections share; nil for another kind of file.
  let shared: SharedFile?

  init(_ core: VFSCore, _ open: OpenFile, _ flags: Int32) {
    self.core = core
    self.open = open
    isReadOnly = flags & SQLITE_OPEN_READONLY != 0
    goesWhenClosed = flags & SQLITE_OPEN_DELETEONCLOSE != 0
    let journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL
    syncsFolder = flags & SQLITE_OPEN_CREATE != 0 && flags & journals != 0
    let isDatabase = flags & SQLITE_OPEN_MAIN_DB != 0
    shared = isDatabase ? core.volume.shared(open) : nil
  }

  var id: ObjectIdentifier { ObjectIdentifier(self) }

  func close() {
    shared?.leave(id)
    shared?.lower(id, to: .none)
    core.volume.close(open)
    guard goesWhenClosed, !open.path.isEmpty else { return }
    // Nobody waits for an answer.
    _ = Result { () throws(VolumeError) in
      let call = DiskCall(.unlink, open.path)
      try core.volume.change(call, open.epoch) { tree throws(VolumeError) in
        try tree.unlink(open.path)
      }
    }
  }

  func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int32 {
    do throws(VolumeError) {
      let count = try core.volume.read(open) { bytes throws(VolumeError) in
        let count = max(0, min(buffer.count, bytes.count - offset))
        bytes.withUnsafeBytes {
          let rest = $0[min(offset, bytes.count)...]
          buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
        }
        return count
      }
      guard count < buffer.count else { return SQLITE_OK }
      // SQLite takes what is beyond the end for zeros.
      UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        .initializeMemory(as: UInt8.self, repeating: 0)
      return VFSCode.shortRead
    } catch {
      return VFSCode.read
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
    guard !isReadOnly else { return VFSCode.write }
    return code(VFSCode.write) { () throws(VolumeError) in
      try core.volume.write(bytes, to: open, at: offset)
    }
  }

  func truncate(to size: Int) -> Int32 {
    guard !isReadOnly else { return VFSCode.truncate }
    return code(VFSCode.truncate) { () throws(VolumeError) in
      try core.volume.truncate(open, to: size)
    }
  }

  func sync() -> Int32 {
    let result = code(VFSCode.sync) { () throws(VolumeError) in try core.volume.sync(open) }
    guard result == SQLITE_OK, syncsFolder else { return result }
    syncsFolder = false
    _ = code(VFSCode.syncFolder) { () throws(VolumeError) in
      try core.volume.syncFolder(VolumeTree.split(open.path).folder, open.epoch)
    }
    return SQLITE_OK
  }

  func size(_ size: inout Int64) -> Int32 {
    code(VFSCode.size) { () throws(VolumeError) in
      size = try core.volume.perform(DiskCall(.stat, open.path), open.epoch) { _ in
        Int64(open.file.bytes.seen.count)
      }
    }
  }

  /// Whether the path no more leads to the file.
  var hasMoved: Bool {
    let found = Result { () throws(VolumeError) in
      try core.volume.look(open.path, open.epoch)
    }
    return (try? found.get())??.file !== open.file
  }

  private func code(_ failure: Int32, _ body: () throws(VolumeError) -> Void) -> Int32 {
    do throws(VolumeError) {
      try body()
      return SQLITE_OK
    } catch {
      return error == .full || error == .tooLarge ? SQLITE_FULL : failure
    }
  }

  // MARK: Locks

  func raise(to level: FileLock.Level) -> Int32 {
    guard let shared else { return SQLITE_OK }
    // The kernel gives no lock for writing on what was opened for reading: its user leaves a log as it is.
    guard core.volume.serves(open.epoch), level == .shared || !isReadOnly else {
      return VFSCode.lock
    }
    return shared.raise(id, to: level) ? SQLITE_OK : SQLITE_BUSY
  }

  func lower(to level: FileLock.Level) { shared?.lower(id, to: level) }

  // MARK: The index of the log

  func region(
    _ number: Int, bytes: Int, make: Bool, _ address: inout UnsafeMutableRawPointer?
  ) -> Int32 {
    address = nil
    guard let shared, core.volume.serves(open.epoch) else { return VFSCode.mapIndex }
    address = shared.region(number, bytes: bytes, make: make, id)
    return SQLITE_OK
  }

  func lockIndex(_ slots: Range<Int>, _ flags: Int32) -> Int32 {
    guard let shared, slots.lowerBound >= 0, slots.upperBound <= IndexLocks.all.upperBound else {
      return VFSCode.lockIndex
    }
    if flags & SQLITE_SHM_UNLOCK != 0 {
      shared.release(slots, id)
      return SQLITE_OK
    }
    guard core.volume.serves(open.epoch) else { return VFSCode.lockIndex }
    let isExclusive = flags & SQLITE_SHM_EXCLUSIVE != 0
    let isTaken = isExclusive ? shared.take(slots, id) : shared.share(slots, id)
    return isTaken ? SQLITE_OK : SQLITE_BUSY
  }

  func leaveIndex() { shared?.leave(id) }
}

extension SimulatedVolume {
  /// Whether calls of an epoch are served.
  func serves(_ epoch: Int) -> Bool { state.withLock { $0.isOnline && $0.epoch == epoch } }

  /// What the connections to a file share in its epoch.
  func shared(_ open: OpenFile) -> SharedFile {
    state.withLock { _ in
      if let shared = open.file.shared, shared.epoch == open.epoch { return shared }
      let shared = SharedFile(epoch: open.epoch)
      open.file.shared = shared
      return shared
    }
  }
}
