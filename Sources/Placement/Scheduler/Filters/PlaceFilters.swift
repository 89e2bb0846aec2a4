// SPDX-License-Identifier: Apache-2.0

import Base

/// Whether the host is in the zone that was asked for.
struct AvailabilityZoneFilter: HostFilter {
  func question(_ request: RequestShape) -> String? {
    request.availabilityZone.map { "availability zone is \($0)" }
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    host.zone == request.availabilityZone
  }
}

/// Whether the host has and lacks the traits it must, as Placement asks.
struct TraitsFilter: HostFilter {
  func question(_ request: RequestShape) -> String? {
    let words =
      request.requiredTraits.map(\.rawValue)
      + request.forbiddenTraits.map { "not \($0.rawValue)" }
    return words.isEmpty ? nil : "has traits \(words.joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    request.requiredTraits.allSatisfy(host.traits.contains)
      && !request.forbiddenTraits.contains(where: host.traits.contains)
  }
}

/// Whether the host is in the aggregates it must be in, as Placement asks with `member_of`.
struct AggregatesFilter: HostFilter {
  func question(_ request: RequestShape) -> String? {
    let words =
      request.memberOf.map { $0.map(\.description).joined(separator: " or ") }
      + request.forbiddenAggregates.map { "not \($0)" }
    return words.isEmpty ? nil : "is in aggregates \(words.joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    let ids = host.aggregates.map(\.id)
    return request.memberOf.allSatisfy { $0.contains(where: ids.contains) }
      && !request.forbiddenAggregates.contains(where: ids.contains)
  }
}

/// Whether the host has a bridge for each physical network.
struct PhysicalNetworksFilter: HostFilter {
  func question(_ request: RequestShape) -> String? {
    request.physicalNetworks.isEmpty
      ? nil : "has physical network \(request.physicalNetworks.joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    request.physicalNetworks.allSatisfy(host.physicalNetworks.contains)
  }
}

/// Whether the host hands out such amounts at all, however empty it is.
struct UnitsFilter: HostFilter {
  func question(_ request: RequestShape) -> String? {
    request.resources.isEmpty
      ? nil
      : "hands out \(request.resources.map { "\($0.resource.rawValue) \($0.amount)" }.joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    request.resources.allSatisfy { wanted in
      host.units(of: wanted.resource)?.allow(wanted.amount) ?? false
    }
  }
}
