// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import LocalCloud
import Processes

/// When libvirt said that a domain started, by listening to its lifecycle events.
struct GuestStarts: Sendable {
  private let listener: RunningProcess
  private let file: String
  private static let limit = 16 << 20

  init(_ cloud: LocalCloud) throws(RoostError) {
    file = "\(cloud.folder)/events"
    listener = try RunningProcess(
      ChildProcess(
        "/usr/bin/virsh",
        ["-c", cloud.hypervisor.uri, "event", "--event", "lifecycle", "--loop", "--timestamp"],
        environment: ["LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin"]), log: file)
  }

  func stop() {
    listener.stop(patience: .seconds(2), clock: SystemClock())
  }

  /// The time of each domain's last start, by its name.
  func times() throws(RoostError) -> [String: Timestamp] {
    let text = String(decoding: try SystemDisk().read(file, limit: Self.limit) ?? [], as: UTF8.self)
    var times: [String: Timestamp] = [:]
    for line in text.split(separator: "\n") where line.contains(": Started ") {
      let parts = line.split(separator: "'", omittingEmptySubsequences: false)
      guard parts.count >= 5, let time = Self.time(line) else { continue }
      times[String(parts[3])] = time
    }
    return times
  }

  /// Reads `2026-01-31 12:00:00.123+0000: …`.
  private static func time(_ line: Substring) -> Timestamp? {
    let numbers = line.prefix(23).split { "- :.".contains($0) }.compactMap { Int32($0) }
    guard numbers.count == 7 else { return nil }
    var fields = tm()
    fields.tm_year = numbers[0] - 1900
    fields.tm_mon = numbers[1] - 1
    fields.tm_mday = numbers[2]
    fields.tm_hour = numbers[3]
    fields.tm_min = numbers[4]
    fields.tm_sec = numbers[5]
    let milliseconds = Int64(numbers[6])
    return Timestamp(microseconds: Int64(timegm(&fields)) * 1_000_000 + milliseconds * 1000)
  }
}
