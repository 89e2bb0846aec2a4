// SPDX-License-Identifier: Apache-2.0

extension Fault {
  /// SIGKILL: the process is gone, what the kernel has stays.
  public struct Kill: Hashable, Sendable {
    public var process = ProcessName.controller
    /// Dies within so many calls through its seams from then on; 0 means at once.
    public var afterCalls = 0
    /// Until it is started again.
    public var down = Duration.zero
  }

  /// The machine loses power: of what was written and not synced any part may be lost or torn.
  public struct LosePower: Hashable, Sendable {
    /// The machine, by the process that runs on it.
    public var machine = ProcessName.controller
    /// Within so many calls of its process through its seams; 0 means at once.
    public var afterCalls = 0
    /// Until machine and process are up again.
    public var down = Duration.zero
  }
}

extension Fault.Kill: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.process("process", &process)
    try fields.count("after_calls", &afterCalls, in: 0...FaultLimits.calls)
    try fields.down(&down)
  }

  public var description: String {
    "kill \(process)\(callText(afterCalls)), down \(down.text)"
  }
}

extension Fault.LosePower: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.process("machine", &machine)
    try fields.count("after_calls", &afterCalls, in: 0...FaultLimits.calls)
    try fields.down(&down)
  }

  public var description: String {
    "cut the power of \(machine)\(callText(afterCalls)), down \(down.text)"
  }
}

private func callText(_ afterCalls: Int) -> String {
  afterCalls == 0 ? "" : " in seam call \(afterCalls)"
}
