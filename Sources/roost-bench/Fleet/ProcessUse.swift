// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// What a process has used of the machine's CPUs since it began.
struct ProcessUse: Sendable {
  /// In user and kernel mode, all threads.
  let seconds: Double

  init(of process: Int32) throws(RoostError) {
    let path = "/proc/\(process)/stat"
    guard let bytes = try SystemDisk().read(path, limit: 1 << 16) else {
      throw RoostError(.notFound, "There is no \(path).")
    }
    // The name, in parentheses, may hold anything: count from behind it.
    let text = String(decoding: bytes, as: UTF8.self)
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let kernel = Double(fields[13]) else {
      throw RoostError(.internal, "\(path) can't be read.")
    }
    seconds = (user + kernel) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
