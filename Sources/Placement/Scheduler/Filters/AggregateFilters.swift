// SPDX-License-Identifier: Apache-2.0

/// Keeps projects out of aggregates that name others: those whose settings begin with `filter_tenant_id`.
struct AggregateMultiTenancyIsolation: HostFilter {
  private static let prefix = "filter_tenant_id"

  func question(_ request: RequestShape) -> String? { "aggregates admit the project" }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    let keys = Set(host.aggregates.flatMap(\.metadata.keys).filter { $0.hasPrefix(Self.prefix) })
    let admitted = keys.flatMap(host.aggregates.values)
    return admitted.isEmpty || admitted.contains(request.project)
  }
}

/// Whether the aggregates' settings are what the flavor's extra specs ask for: those with the scope
/// `aggregate_instance_extra_specs`.
struct AggregateInstanceExtraSpecsFilter: HostFilter {
  private static let scope = "aggregate_instance_extra_specs:"

  func question(_ request: RequestShape) -> String? {
    let asking = request.extraSpecs.keys.filter { $0.hasPrefix(Self.scope) }
    return asking.isEmpty
      ? nil : "aggregates have \(asking.sorted().joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    request.extraSpecs.allSatisfy { key, wanted in
      guard key.hasPrefix(Self.scope) else { return true }
      return host.aggregates.values(String(key.dropFirst(Self.scope.count)))
        .contains { ExtraSpecOperator.match($0, wanted) }
    }
  }
}

/// Whether what the aggregates' settings say of images holds for the image.
struct AggregateImagePropertiesIsolation: HostFilter {
  func question(_ request: RequestShape) -> String? {
    request.imageProperties.isEmpty ? nil : "aggregates admit the image's properties"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    request.imageProperties.allSatisfy { property, value in
      let admitted = host.aggregates.values(property)
      return admitted.isEmpty || admitted.contains(value)
    }
  }
}
