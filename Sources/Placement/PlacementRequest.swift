// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a server asks of its node.
public struct PlacementRequest: Sendable, Hashable {
  /// What many requests have in common.
  public var shape: RequestShape
  /// The host an administrator asked for, by name.
  public var hostName: String?
  /// The group that the server belongs to.
  public var group: ServerGroup?
  /// Only these will do, whatever else passes, as for the hint `same_host`; nil for any.
  public var onlyHosts: [NodeID]?
  /// These won't do, as for the hint `different_host`, or those that failed just now.
  public var excludedHosts: [NodeID]

  /// A request.
  public init(
    _ shape: RequestShape, hostName: String? = nil, group: ServerGroup? = nil,
    onlyHosts: [NodeID]? = nil, excludedHosts: [NodeID] = []
  ) {
    self.shape = shape
    self.hostName = hostName
    self.group = group
    self.onlyHosts = onlyHosts
    self.excludedHosts = excludedHosts
  }
}

/// What is asked of a host without naming any. Requests of one shape share what is known of the fleet.
public struct RequestShape: Sendable, Hashable {
  /// Amounts, at most one per class; an amount of 0 is left out by the caller.
  public var resources: [ResourceAmount]
  /// Physical networks that the server's ports are on.
  public var physicalNetworks: [String] = []
  /// The zone that was asked for.
  public var availabilityZone: String?
  /// Traits that a host must have.
  public var requiredTraits: [Trait] = []
  /// Traits that a host must not have.
  public var forbiddenTraits: [Trait] = []
  /// Of each list a host must be in one aggregate.
  public var memberOf: [[AggregateID]] = []
  /// Aggregates that a host must not be in.
  public var forbiddenAggregates: [AggregateID] = []
  /// The project whose server it is, in hexadecimal digits.
  public var project = ""
  /// The flavor's extra specs.
  public var extraSpecs: [String: String] = [:]
  /// The image's properties, by Nova's names, as `hw_architecture`.
  public var imageProperties: [String: String] = [:]

  /// What is asked.
  public init(
    resources: [ResourceAmount], physicalNetworks: [String] = [], availabilityZone: String? = nil
  ) {
    self.resources = resources
    self.physicalNetworks = physicalNetworks
    self.availabilityZone = availabilityZone
  }
}
