// SPDX-License-Identifier: Apache-2.0

extension Fault {
  /// An operator stops the controller, has the real `restore` put a backup back, and starts it again.
  /// Where there is no such backup nothing happens.
  public struct Restore: Hashable, Sendable {
    /// The newest backup that was finished so long ago is taken.
    public var age = Duration.zero
    /// How long the controller stays stopped after that.
    public var down = Duration.zero
    /// The machine loses power, as long as `down`, within the one with this number of the restore's flushes and
    /// changes of names, and the operator runs the same command again; 0 means that it does not.
    public var cutAt = 0
  }
}

extension Fault.Restore: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.span("age_us", &age, in: .zero...FaultLimits.span)
    try fields.down(&down)
    try fields.count("cut_at", &cutAt, in: 0...FaultLimits.calls)
  }

  public var description: String {
    "restore the newest backup that is \(age.text) old, down \(down.text)"
      + (cutAt == 0 ? "" : ", with a cut of power at \(cutAt)")
  }
}
