// SPDX-License-Identifier: Apache-2.0

public import Base
import FoundationEssentials
import Glibc

/// A new folder that goes, with all that is in it, when nobody holds it any more.
public final class TemporaryFolder: Sendable {
  /// Its absolute path.
  public let path: String

  /// Makes it below `/tmp`.
  ///
  /// - Parameter mode: its permissions; QEMU, as another user, needs more than the owner's.
  public init(mode: UInt32 = 0o700) throws(RoostError) {
    var template = Array("/tmp/roost-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, chmod(template, mode) == 0 else {
      throw .system("mkdtemp", errno: errno)
    }
    path = String(upToZero: template)
  }

  deinit {
    // A database that is still being closed removes files of its own meanwhile, which fails this.
    for _ in 0..<100 {
      try? FileManager.default.removeItem(atPath: path)
      if access(path, F_OK) != 0 { return }
      usleep(10_000)
    }
  }

  /// A path in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
