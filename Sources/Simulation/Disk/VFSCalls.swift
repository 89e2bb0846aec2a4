// SPDX-License-Identifier: Apache-2.0

import Base
import CSQLite
import Glibc

/// What SQLite asks of a file system as a whole.
enum VFSCalls {
  /// Longest path, in bytes with the one that ends it; as SQLite has it for Unix.
  private static let longestPath: Int32 = 512

  static func fill(_ vfs: inout sqlite3_vfs) {
    vfs.iVersion = 2
    vfs.szOsFile = VFSFile.bytes
    vfs.mxPathname = longestPath
    vfs.xOpen = { vfs, name, file, flags, taken in
      VFSCalls.open(vfs, name.map { String(cString: $0) }, file, flags, taken)
    }
    vfs.xDelete = { vfs, name, syncs in VFSCalls.delete(vfs, name, syncs & 1 != 0) }
    vfs.xAccess = { vfs, name, flags, answer in VFSCalls.access(vfs, name, flags, answer) }
    vfs.xFullPathname = { _, name, count, full in VFSCalls.fullPath(name, Int(count), full) }
    // A simulated machine has no libraries.
    vfs.xDlOpen = { _, _ in nil }
    vfs.xDlError = { _, count, text in if count > 0 { text?.pointee = 0 } }
    vfs.xDlSym = { _, _, _ in nil }
    vfs.xDlClose = { _, _ in }
    vfs.xRandomness = { vfs, count, bytes in
      guard let core = VFSCore.of(vfs), let bytes else { return 0 }
      for (place, byte) in core.randomness.bytes(Int(count)).enumerated() {
        bytes[place] = CChar(bitPattern: byte)
      }
      return count
    }
    // On virtual time nothing becomes free while one waits.
    vfs.xSleep = { _, microseconds in microseconds }
    vfs.xCurrentTime = { vfs, time in
      time?.pointee = Double(VFSCalls.time(vfs)) / 86_400_000
      return SQLITE_OK
    }
    vfs.xCurrentTimeInt64 = { vfs, time in
      time?.pointee = VFSCalls.time(vfs)
      return SQLITE_OK
    }
    vfs.xGetLastError = { _, _, _ in 0 }
  }

  /// Milliseconds since noon of the day on which the Julian calendar begins.
  private static func time(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> Int64 {
    let unixEpoch: Int64 = 24_405_875 * 8_640_000
    return unixEpoch + (VFSCore.of(vfs)?.clock.now.microseconds ?? 0) / 1000
  }

  private static func open(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: String?,
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
    _ taken: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let file, let core = VFSCore.of(vfs) else { return SQLITE_MISUSE }
    // Says that there is nothing to close.
    file.pointee.pMethods = nil
    do throws(VolumeError) {
      let open: OpenFile
      if let name {
        let how: SimulatedVolume.Opening = flags & SQLITE_OPEN_CREATE != 0 ? [.create] : []
        guard let found = try core.volume.open(name, how, core.epoch) else {
          return SQLITE_CANTOPEN
        }
        open = found
      } else {
        open = try core.volume.openNameless(core.epoch)
      }
      VFSFile(core, open, flags).give(to: file)
      taken?.pointee = flags
      return SQLITE_OK
    } catch {
      return error == .isFolder ? VFSCode.isFolder : SQLITE_CANTOPEN
    }
  }

  private static func delete(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?, _ syncs: Bool
  ) -> Int32 {
    guard let core = VFSCore.of(vfs), let path = name.map({ String(cString: $0) }) else {
      return SQLITE_MISUSE
    }
    do throws(VolumeError) {
      try core.volume.change(DiskCall(.unlink, path), core.epoch) { tree throws(VolumeError) in
        try tree.unlink(path)
      }
    } catch {
      return error == .absent ? VFSCode.absent : VFSCode.delete
    }
    guard syncs else { return SQLITE_OK }
    do throws(VolumeError) {
      try core.volume.syncFolder(VolumeTree.split(path).folder, core.epoch)
      return SQLITE_OK
    } catch {
      return VFSCode.syncFolder
    }
  }

  private static func access(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?, _ flags: Int32,
    _ answer: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    guard let core = VFSCore.of(vfs), let name else { return SQLITE_MISUSE }
    do throws(VolumeError) {
      let size = try core.volume.size(of: String(cString: name), core.epoch)
      // An empty file counts as none, as it does on Unix.
      answer?.pointee = (flags == SQLITE_ACCESS_EXISTS ? size ?? 0 > 0 : size != nil) ? 1 : 0
      return SQLITE_OK
    } catch {
      return VFSCode.access
    }
  }

  private static func fullPath(
    _ name: UnsafePointer<CChar>?, _ count: Int, _ full: UnsafeMutablePointer<CChar>?
  ) -> Int32 {
    guard let name, let full, name.pointee == CChar(UInt8(ascii: "/")), strlen(name) < count else {
      return SQLITE_CANTOPEN
    }
    strcpy(full, name)
    return SQLITE_OK
  }
}
