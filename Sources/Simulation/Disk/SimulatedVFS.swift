// SPDX-License-Identifier: Apache-2.0

public import Base
import CSQLite
import Synchronization

/// SQLite's file system layer of one process on a simulated volume: databases opened with its name live
/// there. It does as SQLite's own for Unix does, down to what is flushed when, and dies with the process.
///
/// It must be there as long as databases are opened or copied with it; those that are open may outlive it.
///
/// Source: sqlite.org/c3ref/vfs.html and c3ref/io_methods.html; os_unix.c where those leave a choice.
public final class SimulatedVFS: Sendable {
  private let core: VFSCore

  /// What to open databases with.
  public var name: String { core.name }

  /// The layer of a process that is there from now on.
  ///
  /// - Parameters:
  ///   - clock: what `CURRENT_TIMESTAMP` and its like show.
  ///   - randomness: for SQLite's own use, if this is ever its first layer; see `seed`.
  public init(
    on volume: SimulatedVolume, clock: any Clock, randomness: any Randomness
  ) throws(RoostError) {
    core = VFSCore(volume, clock: clock, randomness: randomness)
    let code = sqlite3_vfs_register(core.vfs, 0)
    guard code == SQLITE_OK else {
      throw RoostError(
        .internal, "The simulated file system can't be used.", operator: "SQLite \(code)")
    }
  }

  deinit { sqlite3_vfs_unregister(core.vfs) }

  /// Has SQLite draw its salts from a seed. It draws those of all databases of a process from one place,
  /// whatever their layer.
  public static func seed(_ randomness: any Randomness) {
    roost_sqlite_seed(Int32(1 + randomness.number(below: UInt64(Int32.max))))
  }
}

/// What SQLite has a pointer to. Every open file keeps it.
///
/// `@unchecked`: nothing changes after the initialiser but what SQLite changes itself, under its own lock.
final class VFSCore: @unchecked Sendable {
  let name: String
  let volume: SimulatedVolume
  let epoch: Int
  let clock: any Clock
  let randomness: any Randomness
  let vfs: UnsafeMutablePointer<sqlite3_vfs>
  private let nameBytes: UnsafeMutablePointer<CChar>

  private static let made = Atomic<UInt64>(0)

  init(_ volume: SimulatedVolume, clock: any Clock, randomness: any Randomness) {
    self.volume = volume
    self.clock = clock
    self.randomness = randomness
    epoch = volume.epoch
    // Names are for the process: two of one kind would hide each other.
    name = "simulated-\(Self.made.add(1, ordering: .relaxed).newValue)"
    let text = name.utf8CString
    nameBytes = .allocate(capacity: text.count)
    nameBytes.initialize(from: Array(text), count: text.count)
    vfs = .allocate(capacity: 1)
    vfs.initialize(to: sqlite3_vfs())
    VFSCalls.fill(&vfs.pointee)
    vfs.pointee.zName = UnsafePointer(nameBytes)
    vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    vfs.deallocate()
    nameBytes.deallocate()
  }

  /// The core of what SQLite calls with.
  static func of(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> VFSCore? {
    vfs?.pointee.pAppData.map { Unmanaged<VFSCore>.fromOpaque($0).takeUnretainedValue() }
  }
}
