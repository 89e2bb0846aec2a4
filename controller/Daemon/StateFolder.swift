// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Daemon

/// The folder that holds all that one controller keeps, held by one controller at a time.
final class StateFolder: Sendable {
  private let path: String
  private let disk: any Disk
  private let lock: FolderLock

  /// Locks the folder.
  ///
  /// - Parameter create: makes it if it is absent.
  /// - Throws: `.notFound` for an absent one, `.conflict` when another controller has it.
  init(_ path: String, create: Bool, disk: any Disk) throws(RoostError) {
    if create { try disk.makeFolder(path, mode: 0o700) }
    guard let lock = try FolderLock(existing: path, holder: "controller") else {
      throw Self.absent(path)
    }
    self.path = path
    self.disk = disk
    self.lock = lock
  }

  var database: String { path + "/controller.db" }
  private var keyFile: String { path + "/secret.key" }

  static func absent(_ path: String) -> RoostError {
    RoostError(
      .notFound, "There is no controller in \(path) yet; make one with `roost-controller init`.")
  }

  /// Makes the key that all others come from; one there already is kept.
  func makeKey(_ randomness: any Randomness) throws(RoostError) {
    guard try disk.size(of: keyFile) == nil else { return }
    try disk.replace(keyFile, with: randomness.bytes(SealedBox.keySize), mode: 0o600)
  }

  /// A box whose key is made for one purpose, so that a value sealed for one never opens for
  /// another.
  func box(for purpose: String) throws(RoostError) -> SealedBox {
    guard let key = try disk.read(keyFile, limit: 1024) else { throw Self.absent(path) }
    guard key.count == SealedBox.keySize else {
      throw RoostError(
        .internal,
        "\(keyFile) is damaged: it has \(key.count) bytes, not \(SealedBox.keySize).")
    }
    return try SealedBox(key: Secret(KeyedHash(key: Secret(key)).mac(Array(purpose.utf8))))
  }
}
