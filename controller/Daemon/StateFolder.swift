// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Daemon
import Glibc

/// The folder that holds all that one controller keeps, held by one controller at a time.
final class StateFolder: Sendable {
  private let path: String
  private let disk: any Disk
  /// Nil on a disk that is not the machine's.
  private let lock: FolderLock?

  /// Locks the folder.
  ///
  /// - Parameters:
  ///   - create: makes it if it is absent.
  ///   - isSimulated: whether `disk` is not the machine's. There nobody else can hold the folder, and
  ///     files have no owners.
  /// - Throws: `.notFound` for an absent one, `.conflict` when another controller has it.
  init(
    _ path: String, create: Bool, disk: any Disk, isSimulated: Bool = false
  ) throws(RoostError) {
    if create { try disk.makeFolder(path, mode: 0o700) }
    let lock = isSimulated ? nil : try FolderLock(existing: path, holder: "controller")
    let isThere = isSimulated ? try disk.exists(path) : lock != nil
    guard isThere else { throw Self.absent(path) }
    self.path = path
    self.disk = disk
    self.lock = lock
  }

  /// Where a controller keeps its records.
  static func database(in folder: String) -> String { folder + "/controller.db" }

  var database: String { Self.database(in: path) }
  private var keyFile: String { path + "/secret.key" }

  static func absent(_ path: String) -> RoostError {
    RoostError(
      .notFound,
      "There is no controller in \(path) yet; make one with `roost-controller init`, or run a restore "
        + "again that was cut off.")
  }

  /// Makes the key that all others come from; one there already is kept.
  func makeKey(_ randomness: any Randomness) throws(RoostError) {
    guard try disk.size(of: keyFile) == nil else { return }
    try disk.replace(keyFile, with: randomness.bytes(SealedBox.keySize), mode: 0o600)
  }

  /// Makes a new key in place of one that is there; what was sealed before opens no more.
  func replaceKey(_ randomness: any Randomness) throws(RoostError) {
    try disk.replace(keyFile, with: randomness.bytes(SealedBox.keySize), mode: 0o600)
    try give(keyFile)
  }

  /// What SQLite keeps beside a database. Beside another one it would become a part of that.
  private static let companions = ["-wal", "-shm", "-journal"].map { "controller.db" + $0 }

  /// Moves database and key into another folder. The database's name goes first: without it there is no
  /// controller here. The key goes last: a folder without one is not complete.
  func setAside(to folder: String) throws(RoostError) {
    try disk.makeFolder(folder, mode: 0o700)
    try give(folder)
    let names = try disk.list(path)
    for name in ["controller.db"] + Self.companions + ["secret.key"] where names.contains(name) {
      try disk.rename("\(path)/\(name)", to: "\(folder)/\(name)")
    }
  }

  /// Among folders that begin with `prefix`, that which `setAside` was cut off from completing.
  func incomplete(_ prefix: String) throws(RoostError) -> String? {
    for name in try disk.list(path).reversed() where name.hasPrefix(prefix) {
      let names = try disk.list("\(path)/\(name)")
      if names.contains("controller.db"), !names.contains("secret.key") { return "\(path)/\(name)" }
    }
    return nil
  }

  /// Databases that are in folders which begin with `prefix`.
  func databases(in prefix: String) throws(RoostError) -> [String] {
    var databases: [String] = []
    for name in try disk.list(path) where name.hasPrefix(prefix) {
      let database = Self.database(in: "\(path)/\(name)")
      if try disk.exists(database) { databases.append(database) }
    }
    return databases
  }

  /// Whether something of a database is here without it.
  func hasCompanions() throws(RoostError) -> Bool {
    try !disk.list(path).filter(Self.companions.contains).isEmpty
  }

  /// Gives a file to whom the folder belongs, so that what root made the controller's user can use.
  func give(_ file: String) throws(RoostError) {
    guard lock != nil, geteuid() == 0 else { return }
    var owner = stat()
    guard stat(path, &owner) == 0, chown(file, owner.st_uid, owner.st_gid) == 0 else {
      throw .system("give \(file) to the owner of \(path)", errno: errno)
    }
  }

  /// A box whose key is made for one purpose, so that a value sealed for one never opens for
  /// another.
  func box(for purpose: String) throws(RoostError) -> SealedBox {
    try SealedBox(key: key(for: purpose))
  }

  /// The same for what is only recognised.
  func hash(for purpose: String) throws(RoostError) -> KeyedHash {
    try KeyedHash(key: key(for: purpose))
  }

  private func key(for purpose: String) throws(RoostError) -> Secret<[UInt8]> {
    guard let key = try disk.read(keyFile, limit: 1024) else { throw Self.absent(path) }
    guard key.count == SealedBox.keySize else {
      throw RoostError(
        .internal,
        "\(keyFile) is damaged: it has \(key.count) bytes, not \(SealedBox.keySize).")
    }
    return Secret(try KeyedHash(key: Secret(key)).mac(Array(purpose.utf8)))
  }
}
