// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// A file's permission bits.
func mode(of path: String) throws(RoostError) -> UInt32 {
  var info = stat()
  guard stat(path, &info) == 0 else { throw .system("stat \(path)", errno: errno) }
  return info.st_mode & 0o777
}
