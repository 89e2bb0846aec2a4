// SPDX-License-Identifier: Apache-2.0

/// Whether the host has the capabilities that the flavor's extra specs ask for: those with the scope
/// `capabilities`, and those without a scope whose name the host knows.
struct ComputeCapabilitiesFilter: HostFilter {
  private static let scope = "capabilities:"

  func question(_ request: RequestShape) -> String? {
    // Whether a name without a scope asks something depends on the host.
    let asking = request.extraSpecs.keys.filter { $0.hasPrefix(Self.scope) || !$0.contains(":") }
    return asking.isEmpty
      ? nil : "has capabilities for \(asking.sorted().joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    request.extraSpecs.allSatisfy { key, wanted in
      if key.hasPrefix(Self.scope) {
        guard let has = host.capabilities[String(key.dropFirst(Self.scope.count))] else {
          return false
        }
        return ExtraSpecOperator.match(has, wanted)
      }
      guard !key.contains(":"), let has = host.capabilities[key] else { return true }
      return ExtraSpecOperator.match(has, wanted)
    }
  }
}

/// Whether the host runs what the image is made for.
struct ImagePropertiesFilter: HostFilter {
  /// An image's property, and the capability that lists what a host supports, with commas.
  private static let asked = [
    "hw_architecture": "supported_architectures", "img_hv_type": "supported_hypervisor_types",
    "hw_vm_mode": "supported_vm_modes",
  ]

  func question(_ request: RequestShape) -> String? {
    let words = Self.asked.keys.sorted().compactMap { key in
      request.imageProperties[key].map { "\(key) \($0)" }
    }
    return words.isEmpty ? nil : "supports the image's \(words.joined(separator: ", "))"
  }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    Self.asked.allSatisfy { property, capability in
      guard let wanted = request.imageProperties[property] else { return true }
      let supported = host.capabilities[capability]?.split(separator: ",").map { $0.trimmed }
      return supported?.contains(wanted.lowercased()) ?? false
    }
  }
}
