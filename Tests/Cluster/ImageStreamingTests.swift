// SPDX-License-Identifier: Apache-2.0

import Base
import LocalCloud
import Processes
import Testing

/// Images pass through the controller in constant memory. It is measured on the real program, in
/// whose process nothing else runs.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(10)))
struct ImageStreamingTests {
  let site: Site

  init() throws { site = try .required() }

  @Test func `A gibibyte goes up and down without growing the controller`() async throws {
    let file = "\(cloud.folder)/gibibyte"
    try cloud.tree.run("/usr/bin/truncate", ["-s", "1G", file])
    let before = try peakMegabytes()
    try cloud.openstack(
      [
        "image", "create", "--disk-format", "raw", "--container-format", "bare", "--file", file,
        "large",
      ], timeout: .seconds(240))
    try cloud.openstack(
      ["image", "save", "--file", "\(file).back", "large"], timeout: .seconds(240))
    try cloud.tree.run("/usr/bin/cmp", [file, "\(file).back"])
    let after = try peakMegabytes()
    #expect(after - before < 64, "from \(before) to \(after) MiB")
  }

  /// The most memory that the controller has ever held, in MiB.
  private func peakMegabytes() throws -> Int {
    let pid = try #require(cloud.controller?.pid)
    let status = try SystemDisk().read("/proc/\(pid)/status", limit: 65536) ?? []
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
      $0.hasPrefix("VmHWM:")
    }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return try #require(kilobytes) / 1024
  }

  private var cloud: LocalCloud { site.cloud }
}
