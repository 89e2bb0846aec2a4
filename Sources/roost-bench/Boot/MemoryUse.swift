// SPDX-License-Identifier: Apache-2.0

import Base

/// What a process and its children hold of memory, from `smaps_rollup`.
struct MemoryUse {
  /// Private_Clean + Private_Dirty, in MB of 10⁶ bytes.
  var privateMB = 0.0
  /// Rss, in MB of 10⁶ bytes.
  var residentMB = 0.0

  init(of process: Int32) throws(RoostError) {
    var left = [process]
    while let pid = left.popLast() {
      try add(pid)
      let path = "/proc/\(pid)/task/\(pid)/children"
      let children = try SystemDisk().read(path, limit: 1 << 20) ?? []
      left += String(decoding: children, as: UTF8.self).split(separator: " ").compactMap {
        Int32($0)
      }
    }
  }

  private mutating func add(_ pid: Int32) throws(RoostError) {
    let path = "/proc/\(pid)/smaps_rollup"
    guard let bytes = try SystemDisk().read(path, limit: 1 << 20) else {
      throw RoostError(.notFound, "There is no \(path).")
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, let kibibytes = Double(words[1]) else { continue }
      let megabytes = kibibytes * 1024 / 1_000_000
      switch words[0] {
      case "Private_Clean:", "Private_Dirty:": privateMB += megabytes
      case "Rss:": residentMB += megabytes
      default: break
      }
    }
  }
}
