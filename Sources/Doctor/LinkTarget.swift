// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where a symbolic link leads; empty where it can't be read.
func linkTarget(_ path: String) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  let count = readlink(path, &buffer, buffer.count)
  let bytes = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self)
}
