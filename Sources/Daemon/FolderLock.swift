// SPDX-License-Identifier: Apache-2.0

public import Base
import Glibc

/// Keeps a state folder for one process at a time.
///
/// The lock is the kernel's: it goes with the process, however that ends.
public final class FolderLock: Sendable {
  private let descriptor: Int32
  /// For one second.
  private static let attempts = 50
  private static let pause: UInt32 = 20_000

  /// Takes the lock of a folder that exists; nil when it is absent.
  ///
  /// - Parameter holder: what holds such a folder, for the error: `agent`.
  /// - Throws: `.conflict` when another process has it.
  public init?(existing folder: String, holder: String) throws(RoostError) {
    let file = folder + "/lock"
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw .system("open \(file)", errno: errno) }
      return nil
    }
    // A child that is being started shares, for a moment, what the process before had open.
    var code = Self.lock(descriptor)
    for _ in 0..<Self.attempts where code == EWOULDBLOCK {
      usleep(Self.pause)
      code = Self.lock(descriptor)
    }
    guard code == 0 else {
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .system("lock \(file)", errno: code) }
      throw RoostError(.conflict, "Another \(holder) is using the state folder \(folder).")
    }
    self.descriptor = descriptor
  }

  /// 0, or an errno.
  private static func lock(_ descriptor: Int32) -> Int32 {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
  }

  deinit { close(descriptor) }
}
