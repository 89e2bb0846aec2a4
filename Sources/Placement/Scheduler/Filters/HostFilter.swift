// SPDX-License-Identifier: Apache-2.0

/// One question that hosts must answer. What a host's guests change is not a filter's: that is capacity.
protocol HostFilter: Sendable {
  /// What is asked, as `availability zone is blue`; nil when this request asks nothing.
  func question(_ request: RequestShape) -> String?
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool
}

/// All filters in the order in which they are asked. Each has the name of Nova's where Nova has it.
enum HostFilters {
  static let all: [any HostFilter] = [
    NodeIsUp(), HypervisorAnswers(), NodeIsEnabled(), AvailabilityZoneFilter(), TraitsFilter(),
    AggregatesFilter(), PhysicalNetworksFilter(), ComputeCapabilitiesFilter(),
    ImagePropertiesFilter(), AggregateMultiTenancyIsolation(), AggregateInstanceExtraSpecsFilter(),
    AggregateImagePropertiesIsolation(), UnitsFilter(),
  ]
}
