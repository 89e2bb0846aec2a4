// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Synchronization

/// What SQLite asks of an open file.
extension VFSFile {
  /// What SQLite has of a file: its methods, and after them a pointer to the `VFSFile`.
  private static let place = MemoryLayout<sqlite3_file>.stride

  /// So much room SQLite gives to a file.
  static let bytes = Int32(place + MemoryLayout<UnsafeMutableRawPointer>.size)

  /// Lives on in what SQLite has of it, until it closes.
  func give(to file: UnsafeMutablePointer<sqlite3_file>) {
    UnsafeMutableRawPointer(file).storeBytes(
      of: Unmanaged.passRetained(self).toOpaque(), toByteOffset: Self.place,
      as: UnsafeMutableRawPointer.self)
    file.pointee.pMethods = UnsafePointer(Self.methods.table)
  }

  private static func reference(
    _ file: UnsafeMutablePointer<sqlite3_file>?
  ) -> Unmanaged<VFSFile>? {
    guard let file else { return nil }
    return Unmanaged.fromOpaque(
      UnsafeMutableRawPointer(file).load(
        fromByteOffset: place, as: UnsafeMutableRawPointer.self))
  }

  /// Calls `body` with the file that SQLite means.
  private static func with(
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ body: (VFSFile) -> Int32
  ) -> Int32 {
    guard let reference = reference(file) else { return SQLITE_MISUSE }
    return body(reference.takeUnretainedValue())
  }

  private static let methods = Methods()

  /// The table of methods, of which there is one for good.
  ///
  /// `@unchecked`: nobody changes it.
  private struct Methods: @unchecked Sendable {
    let table: UnsafeMutablePointer<sqlite3_io_methods>

    init() {
      table = .allocate(capacity: 1)
      var methods = sqlite3_io_methods()
      // The second version has the index of the log; the third maps files, which no crash here would see.
      methods.iVersion = 2
      VFSFile.fillBytes(&methods)
      VFSFile.fillLocks(&methods)
      VFSFile.fillIndex(&methods)
      table.initialize(to: methods)
    }
  }

  private static func fillBytes(_ methods: inout sqlite3_io_methods) {
    methods.xClose = { file in
      guard let reference = VFSFile.reference(file) else { return SQLITE_OK }
      file?.pointee.pMethods = nil
      reference.takeRetainedValue().close()
      return SQLITE_OK
    }
    methods.xRead = { file, buffer, count, offset in
      VFSFile.with(file) {
        $0.read(UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)), at: Int(offset))
      }
    }
    methods.xWrite = { file, bytes, count, offset in
      VFSFile.with(file) {
        $0.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: Int(offset))
      }
    }
    methods.xTruncate = { file, size in VFSFile.with(file) { $0.truncate(to: Int(size)) } }
    methods.xSync = { file, _ in VFSFile.with(file) { $0.sync() } }
    methods.xFileSize = { file, size in
      VFSFile.with(file) { found in
        var bytes: Int64 = 0
        let code = found.size(&bytes)
        size?.pointee = bytes
        return code
      }
    }
    methods.xSectorSize = { _ in Int32(PowerLoss.sector) }
    // Sectors beside those that are written stay as they are, and within one nothing else is touched.
    methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    methods.xFileControl = { file, operation, argument in
      guard operation == SQLITE_FCNTL_HAS_MOVED, let argument else { return SQLITE_NOTFOUND }
      return VFSFile.with(file) {
        argument.storeBytes(of: $0.hasMoved ? 1 : 0, as: Int32.self)
        return SQLITE_OK
      }
    }
  }

  private static func fillLocks(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { file, level in
      VFSFile.with(file) { found in
        FileLock.Level(rawValue: level).map { found.raise(to: $0) } ?? SQLITE_MISUSE
      }
    }
    methods.xUnlock = { file, level in
      VFSFile.with(file) { found in
        found.lower(to: FileLock.Level(rawValue: level) ?? .none)
        return SQLITE_OK
      }
    }
    methods.xCheckReservedLock = { file, answer in
      VFSFile.with(file) { found in
        answer?.pointee = found.shared?.isReserved == true ? 1 : 0
        return SQLITE_OK
      }
    }
  }

  private static func fillIndex(_ methods: inout sqlite3_io_methods) {
    methods.xShmMap = { file, number, bytes, make, address in
      VFSFile.with(file) { found in
        var region: UnsafeMutableRawPointer?
        let code = found.region(Int(number), bytes: Int(bytes), make: make != 0, &region)
        address?.pointee = region
        return code
      }
    }
    methods.xShmLock = { file, first, count, flags in
      VFSFile.with(file) { $0.lockIndex(Int(first)..<Int(first + count), flags) }
    }
    methods.xShmBarrier = { _ in atomicMemoryFence(ordering: .sequentiallyConsistent) }
    methods.xShmUnmap = { file, _ in
      VFSFile.with(file) { found in
        found.leaveIndex()
        return SQLITE_OK
      }
    }
  }
}
