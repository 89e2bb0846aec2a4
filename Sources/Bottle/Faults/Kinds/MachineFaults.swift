// SPDX-License-Identifier: Apache-2.0

extension Fault {
  /// The disk of the process's machine misbehaves.
  public struct DiskTrouble: Hashable, Sendable {
    public var process = ProcessName.controller
    public var trouble = Trouble.failWrites
    public var lasting = Duration.microseconds(1)

    /// How it misbehaves.
    public enum Trouble: String, Hashable, Sendable, CaseIterable {
      /// Writes end with EIO.
      case failWrites = "fail-writes"
      /// Syncs end with EIO.
      case failSyncs = "fail-syncs"
      /// Writes that need room end with ENOSPC.
      case full
      /// Syncs are said to be done and are not. No program survives a loss of power after that.
      case lieAboutSyncs = "lie-about-syncs"
    }
  }

  /// The calls that a process makes on lanes (SQLite, files) take their time.
  public struct SlowLanes: Hashable, Sendable {
    public var process = ProcessName.controller
    /// How long each takes; drawn evenly.
    public var latency = Duration.zero...Duration.zero
    public var lasting = Duration.microseconds(1)
  }

  /// Civil and monotonic time of a machine run fast or slow, from then to the end of faults or the
  /// next drift of that machine.
  public struct ClockDrift: Hashable, Sendable {
    public var process = ProcessName.controller
    /// Microseconds too many in each second; negative for a slow clock.
    public var ppm = 0

    /// What leases allow for: 1 %.
    public static let bound = 10_000

    /// Whether the clock is worse than leases allow for.
    public var isBeyondBound: Bool { abs(ppm) > Self.bound }
  }

  /// Civil time of a machine is set forward or back; monotonic time is not.
  public struct CivilTimeJump: Hashable, Sendable {
    public var process = ProcessName.controller
    /// How far; negative for back.
    public var by = Duration.zero
  }
}

extension Fault.DiskTrouble.Trouble: FaultChoice {}

extension Fault.DiskTrouble: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.process("process", &process)
    try fields.choice("trouble", &trouble)
    try fields.lasting(&lasting)
  }

  public var description: String {
    let what =
      switch trouble {
      case .failWrites: "fails writes"
      case .failSyncs: "fails syncs"
      case .full: "is full"
      case .lieAboutSyncs: "lies about syncs"
      }
    return "the disk of \(process) \(what) for \(lasting.text)"
  }
}

extension Fault.SlowLanes: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.process("process", &process)
    try fields.range("latency", &latency)
    try fields.lasting(&lasting)
  }

  public var description: String {
    "the lanes of \(process) take \(latency.text) a call for \(lasting.text)"
  }
}

extension Fault.ClockDrift: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.process("process", &process)
    try fields.count("ppm", &ppm, in: -500_000...500_000)
  }

  public var description: String {
    "the clock of \(process) runs \(abs(ppm)) ppm \(ppm < 0 ? "slow" : "fast")"
  }
}

extension Fault.CivilTimeJump: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.process("process", &process)
    try fields.span("by_us", &by, in: .zero - FaultLimits.span...FaultLimits.span)
  }

  public var description: String {
    "civil time of \(process) jumps \(by < .zero ? "back" : "forward") by "
      + (by < .zero ? .zero - by : by).text
  }
}
