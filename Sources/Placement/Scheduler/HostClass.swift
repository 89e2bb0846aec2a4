// SPDX-License-Identifier: Apache-2.0

/// What hosts have in common for which filters pass all of them or none, and which weigh the same. A fleet
/// has few of these, whatever its size: filters look at classes, not at hosts.
struct HostClass: Sendable, Hashable {
  /// What one inventory hands out, however empty it is.
  struct Units: Sendable, Hashable {
    var resource: ResourceClass
    var least: Int64
    var most: Int64
    var step: Int64

    func allow(_ amount: Int64) -> Bool {
      amount >= least && amount <= max(least, most) && amount % max(1, step) == 0
    }
  }

  var isUp: Bool
  var answers: Bool
  var isEnabled: Bool
  var zone: String
  /// Sorted.
  var physicalNetworks: [String]
  /// Sorted.
  var traits: [Trait]
  /// In the order of their ids.
  var aggregates: [HostAggregate]
  var capabilities: [String: String]
  var units: [Units]
  var multipliers: SIMD8<Double>

  init(_ host: Host, _ configuration: SchedulerConfiguration) {
    isUp = host.isUp
    answers = host.hypervisorFailure == nil
    isEnabled = host.isEnabled
    zone = host.availabilityZone
    physicalNetworks = host.physicalNetworks.sorted()
    traits = host.traits.sorted()
    aggregates = host.aggregates.sorted { $0.id < $1.id }
    capabilities = host.capabilities
    units = host.inventories.map {
      Units(resource: $0.resource, least: $0.minUnit, most: $0.maxUnit, step: $0.stepSize)
    }
    multipliers = configuration.multipliers(in: host.aggregates)
  }

  func units(of resource: ResourceClass) -> Units? { units.first { $0.resource == resource } }
}
