// SPDX-License-Identifier: Apache-2.0

import Base

/// Everything that a run of the bottle depends on: the same scenario gives the same history.
public struct Scenario: Hashable, Sendable {
  /// Where all chance comes from.
  public var seed: UInt64
  /// Hypervisors.
  public var nodes: Int
  /// For how long clients ask for things, in whole microseconds. The run goes on until all has come to
  /// rest after that and after the plan's end.
  public var length: Duration
  /// The lease that the controller grants.
  public var leaseSeconds: Int
  /// Tenants and operators.
  public var clients: Int
  /// What goes wrong.
  public var plan: FaultPlan
  /// A bug that was put in to see whether it is found.
  public var plantedBug: String?

  /// A scenario.
  public init(
    seed: UInt64, nodes: Int, length: Duration, leaseSeconds: Int = 60, clients: Int = 4,
    plan: FaultPlan, plantedBug: String? = nil
  ) {
    self.seed = seed
    self.nodes = nodes
    self.length = .microseconds(length.microseconds)
    self.leaseSeconds = leaseSeconds
    self.clients = clients
    self.plan = plan
    self.plantedBug = plantedBug
  }

  /// A scenario whose faults are drawn from its seed and end with its length. Of many classes it may have
  /// only some.
  public init(
    seed: UInt64, nodes: Int, length: Duration, leaseSeconds: Int = 60, clients: Int = 4,
    classes: FaultClasses, intensity: Double = 2, plantedBug: String? = nil
  ) {
    self.init(
      seed: seed, nodes: nodes, length: length, leaseSeconds: leaseSeconds, clients: clients,
      plan: .random(
        seed: seed, nodes: nodes, length: length, classes: classes.mix(seed: seed),
        intensity: intensity
      ).withGuests(seed: seed, nodes: nodes, classes: classes, intensity: intensity),
      plantedBug: plantedBug)
  }

  /// How many nodes there may be.
  public static let nodeRange = 1...FaultLimits.nodes
  /// How long clients may ask.
  public static let lengthRange = Duration.seconds(1)...FaultLimits.span
  /// How long a lease may be, in seconds.
  public static let leaseRange = 1...3600
  /// How many clients there may be.
  public static let clientRange = 0...1000
}
