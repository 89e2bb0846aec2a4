// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import JSON

/// The machine that figures were measured on.
struct Machine: Sendable {
  let cpus: Int
  let model: String
  let memoryMB: Int64
  let kernel: String

  /// This machine.
  init() throws(RoostError) {
    let disk = SystemDisk()
    cpus = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let cpuinfo = try disk.read("/proc/cpuinfo", limit: 4 << 20) ?? []
    model =
      String(decoding: cpuinfo, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " }) } ?? "unknown"
    memoryMB = (Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))) >> 20
    let release = try disk.read("/proc/sys/kernel/osrelease", limit: 4096) ?? []
    kernel = String(decoding: release.prefix { $0 != 0x0A }, as: UTF8.self)
  }

  func write(_ json: inout JSONWriter) {
    json.field("cpus", cpus)
    json.field("model", model)
    json.field("memory_mb", memoryMB)
    json.field("kernel", kernel)
  }

  var text: String { "\(cpus) × \(model), \(memoryMB) MiB, Linux \(kernel)" }
}
