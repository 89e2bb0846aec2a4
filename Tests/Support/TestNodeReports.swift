// SPDX-License-Identifier: Apache-2.0

import Base
public import NodeProtocol
public import Wire

// What nodes report, in the words of tests.
extension TestNode {
  /// Reports as one message.
  public func report(_ observations: Observation...) async throws(WireStatus) {
    var request = ReportRequest()
    request.observations = observations
    _ = try await call(ControllerMethods.Report.self, request)
  }

  /// Takes the next state it is told and reports that it is so, with a running guest.
  @discardableResult
  public func settleNext() async throws(WireStatus) -> Desired {
    let desired = await told.next()
    try await report(.settled(desired))
    return desired
  }

  /// Takes the next state it is told, which must be a revocation, and reports that nothing is left.
  @discardableResult
  public func vanishNext() async throws(WireStatus) -> Desired {
    let desired = await told.next()
    guard desired.target == .absent else {
      throw WireStatus(.failedPrecondition, "told \(desired.target), not absent")
    }
    try await report(.gone(desired))
    return desired
  }
}

extension Observation {
  /// A report about what was told.
  public init(_ phase: Phase, of desired: Desired) {
    self.init()
    instanceID = desired.instanceID
    generation = desired.generation
    self.phase = phase
  }

  /// A step is under way.
  public static func working(_ desired: Desired, step: String) -> Observation {
    var observation = Observation(.working, of: desired)
    observation.step = step
    return observation
  }

  /// What was told is so; `power` is one of Nova's power states, 1 for running.
  public static func settled(_ desired: Desired, power: UInt32 = 1) -> Observation {
    var observation = Observation(.settled, of: desired)
    observation.powerState = power
    observation.domainName = "roost-\(desired.instanceID)"
    observation.machineType = "pc-i440fx-7.2"
    return observation
  }

  /// What was told can't be.
  public static func failed(_ desired: Desired, step: String, _ why: String) -> Observation {
    var observation = Observation(.failed, of: desired)
    observation.step = step
    observation.failure = why
    return observation
  }

  /// Nothing is left.
  public static func gone(_ desired: Desired) -> Observation { Observation(.gone, of: desired) }
}
