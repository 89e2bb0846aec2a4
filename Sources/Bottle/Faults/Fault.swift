// SPDX-License-Identifier: Apache-2.0

import Base

/// Something that goes wrong at a moment of virtual time.
public struct Fault: Hashable, Sendable {
  /// When, since the start of the run, in whole microseconds.
  public var at: Duration
  /// What happens then.
  public var event: Event

  /// A fault; fractions of a microsecond are dropped.
  public init(at: Duration, _ event: Event) {
    self.at = .microseconds(at.microseconds)
    self.event = event
  }

  /// What can go wrong.
  public enum Event: Hashable, Sendable {
    case kill(Kill)
    case losePower(LosePower)
    case partition(Partition)
    case weather(Weather)
    case reset(Reset)
    case halfOpen(HalfOpen)
    case disk(DiskTrouble)
    case lanes(SlowLanes)
    case calls(CallTrouble)
    case hypervisorAway(HypervisorAway)
    case guest(GuestEnd)
    case clockDrift(ClockDrift)
    case civilTimeJump(CivilTimeJump)
    case restore(Restore)
  }
}

extension Fault: CustomStringConvertible {
  /// One line: `0:12:03.000250 kill node-3 at its 12th call, down 30 s`.
  public var description: String { "\(at.clockText) \(event)" }
}

extension Fault.Event: CustomStringConvertible {
  /// What happens, as a clause.
  public var description: String { payload.description }
}
