// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Can nobody but its owner look into a folder?
public struct FolderCheck: Sendable {
  public var name: String
  public var folder: String
  /// Bits of the mode that nobody else may have.
  public var forbidden: UInt32

  /// A check of a folder's permission bits.
  public init(name: String, folder: String, forbidden: UInt32) {
    (self.name, self.folder, self.forbidden) = (name, folder, forbidden)
  }

  /// Looks.
  public func run() -> Diagnosis {
    var info = stat()
    guard stat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
      return .fail(name, "\(folder) is no folder.", do: "Make it, or correct the configuration.")
    }
    let mode = info.st_mode & 0o777
    let text = "0\(String(mode, radix: 8))"
    return mode & forbidden == 0
      ? .ok(name, "\(folder) has mode \(text).")
      : .warn(
        name, "\(folder) has mode \(text): others can do more there than they must.",
        do: "chmod 0\(String(mode & ~forbidden, radix: 8)) \(folder)")
  }
}
