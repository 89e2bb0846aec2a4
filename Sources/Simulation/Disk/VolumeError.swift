// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Why a call on a simulated volume failed.
enum VolumeError: Error, Sendable, Hashable {
  /// The machine is off, or the process that called has ended.
  case gone
  case failed
  case absent
  case notFolder
  case isFolder
  case notEmpty
  case full
  case tooLarge
  /// A folder can't be moved into itself.
  case invalid

  /// What the kernel returns for it. A process that has ended gets nothing; what is left of it here gets
  /// an error like that of a disk that was pulled out.
  var code: Int32 {
    switch self {
    case .gone, .failed: EIO
    case .absent: ENOENT
    case .notFolder: ENOTDIR
    case .isFolder: EISDIR
    case .notEmpty: ENOTEMPTY
    case .full: ENOSPC
    case .tooLarge: EFBIG
    case .invalid: EINVAL
    }
  }
}

extension RoostError {
  /// A failed call on a volume, as a real disk would report it.
  static func volume(_ call: DiskCall, _ error: VolumeError) -> RoostError {
    .system(call.description, errno: error.code)
  }
}
