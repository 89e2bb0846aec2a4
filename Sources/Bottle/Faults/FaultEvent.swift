// SPDX-License-Identifier: Apache-2.0

// The one place that goes through all kinds of faults.
extension Fault.Event {
  /// A fault of a class, to be filled.
  init(blank kind: FaultClass) {
    self =
      switch kind {
      case .kill: .kill(.init())
      case .power: .losePower(.init())
      case .partition: .partition(.init())
      case .weather: .weather(.init())
      case .reset: .reset(.init())
      case .halfOpen: .halfOpen(.init())
      case .disk, .lyingDisk: .disk(.init())
      case .lanes: .lanes(.init())
      case .calls: .calls(.init())
      case .hypervisor: .hypervisorAway(.init())
      case .guest: .guest(.init())
      case .drift, .driftBeyond: .clockDrift(.init())
      case .civilTime: .civilTimeJump(.init())
      case .restore: .restore(.init())
      }
  }

  /// The class by which it is chosen.
  public var faultClass: FaultClass {
    switch self {
    case .kill: .kill
    case .losePower: .power
    case .partition: .partition
    case .weather: .weather
    case .reset: .reset
    case .halfOpen: .halfOpen
    case .disk(let fault): fault.trouble == .lieAboutSyncs ? .lyingDisk : .disk
    case .lanes: .lanes
    case .calls: .calls
    case .hypervisorAway: .hypervisor
    case .guest: .guest
    case .clockDrift(let fault): fault.isBeyondBound ? .driftBeyond : .drift
    case .civilTimeJump: .civilTime
    case .restore: .restore
    }
  }

  var payload: any FaultPayload {
    switch self {
    case .kill(let fault): fault
    case .losePower(let fault): fault
    case .partition(let fault): fault
    case .weather(let fault): fault
    case .reset(let fault): fault
    case .halfOpen(let fault): fault
    case .disk(let fault): fault
    case .lanes(let fault): fault
    case .calls(let fault): fault
    case .hypervisorAway(let fault): fault
    case .guest(let fault): fault
    case .clockDrift(let fault): fault
    case .civilTimeJump(let fault): fault
    case .restore(let fault): fault
    }
  }

  /// Shows each field to `fields`, which may change it.
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    self =
      switch self {
      case .kill(let fault): .kill(try visited(fault, by: &fields))
      case .losePower(let fault): .losePower(try visited(fault, by: &fields))
      case .partition(let fault): .partition(try visited(fault, by: &fields))
      case .weather(let fault): .weather(try visited(fault, by: &fields))
      case .reset(let fault): .reset(try visited(fault, by: &fields))
      case .halfOpen(let fault): .halfOpen(try visited(fault, by: &fields))
      case .disk(let fault): .disk(try visited(fault, by: &fields))
      case .lanes(let fault): .lanes(try visited(fault, by: &fields))
      case .calls(let fault): .calls(try visited(fault, by: &fields))
      case .hypervisorAway(let fault): .hypervisorAway(try visited(fault, by: &fields))
      case .guest(let fault): .guest(try visited(fault, by: &fields))
      case .clockDrift(let fault): .clockDrift(try visited(fault, by: &fields))
      case .civilTimeJump(let fault): .civilTimeJump(try visited(fault, by: &fields))
      case .restore(let fault): .restore(try visited(fault, by: &fields))
      }
  }
}

private func visited<P: FaultPayload, F: FaultFields>(_ payload: P, by fields: inout F)
  throws(F.Failure) -> P
{
  var payload = payload
  try payload.visit(&fields)
  return payload
}
