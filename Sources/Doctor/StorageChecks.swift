// SPDX-License-Identifier: Apache-2.0

public import Base

/// Is there room for what will be written?
public struct SpaceCheck: Sendable {
  /// What the folder is for: `state folder`.
  public var name: String
  public var folder: String

  /// A check of the file system that holds a folder.
  public init(name: String, folder: String) {
    (self.name, self.folder) = (name, folder)
  }

  /// Looks.
  public func run(_ disk: any Disk) -> Diagnosis {
    do throws(RoostError) {
      let (total, free) = try disk.space(at: folder)
      return judge(total: total, free: free)
    } catch {
      return .fail(
        name, "\(folder) can't be looked at: \(error.operator ?? error.user).",
        do: "Make it, or correct the configuration.")
    }
  }

  /// Judges bytes.
  public func judge(total: UInt64, free: UInt64) -> Diagnosis {
    let found = "\(folder) has \(free >> 20) of \(total >> 20) MiB free."
    if free < 256 << 20 { return .fail(name, found, do: "Free some: writes will soon fail.") }
    if free < total / 10 { return .warn(name, found, do: "Less than a tenth is left; free some.") }
    return .ok(name, found)
  }
}

/// Does the disk do what a flush asks? What is answered must survive a power cut.
public struct FlushCheck: Sendable {
  public var name: String
  public var folder: String

  private static let attempts = 9

  /// A check of the disk that holds a folder.
  public init(name: String, folder: String) {
    (self.name, self.folder) = (name, folder)
  }

  /// Writes and flushes a small file some times.
  public func run(_ disk: any Disk, clock: any Clock) -> Diagnosis {
    let path = folder + "/flush.probe"
    do throws(RoostError) {
      let file = try disk.create(path, mode: 0o600)
      defer { file.close() }
      var spans: [Duration] = []
      let block = [UInt8](repeating: 0x5A, count: 4096)
      for _ in 0..<Self.attempts {
        let before = clock.uptime
        let failure = block.withUnsafeBytes { bytes in
          Result { () throws(RoostError) in
            try file.append(bytes)
            try file.flush()
          }
        }
        try failure.get()
        spans.append(clock.uptime - before)
      }
      try disk.remove(path)
      return judge(median: spans.sorted()[Self.attempts / 2])
    } catch {
      try? disk.remove(path)
      return .fail(
        name, "\(folder) can't be written and flushed: \(error.operator ?? error.user).",
        do: "Give the folder to the program's user, on a file system that can be written.")
    }
  }

  /// Judges the usual span of a flush. No disk writes in a few microseconds: one that claims to keeps
  /// it in a memory, which may or may not outlive a power cut.
  public func judge(median: Duration) -> Diagnosis {
    let found = "A flush of \(folder) takes \(median.microseconds) µs."
    if median < .microseconds(40) {
      return .warn(
        name, found,
        do: "Too quick for most disks: make sure that its cache is safe from a power cut. This is "
          + "only a hint.")
    }
    if median > .milliseconds(50) {
      return .warn(name, found, do: "Slow: every change waits for it. Use a quicker disk.")
    }
    return .ok(name, found)
  }
}
