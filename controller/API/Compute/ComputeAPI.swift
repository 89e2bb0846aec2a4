// SPDX-License-Identifier: Apache-2.0

import Base
public import Cloud
import CloudModel
import HTTPServer
import JSON

/// Nova's v2.1 API. Source of paths and shapes: Nova's API reference, its `doc/api_samples`, and the
/// conditions on microversions in `nova/api/openstack/compute`.
public struct ComputeAPI: Sendable {
  let cloud: Cloud

  /// Serves the given cloud.
  public init(cloud: Cloud) {
    self.cloud = cloud
  }

  /// All routes below `/compute`.
  public var routes: [Route] {
    versionRoutes + flavorRoutes + flavorChangeRoutes + serverRoutes + serverPartRoutes
      + metadataRoutes + actionRoutes + keyPairRoutes + hypervisorRoutes + serviceRoutes
      + limitRoutes
  }
}

extension RequestContext {
  /// Whether the request's microversion is 2.`minor` or newer.
  func serves(_ minor: Int) -> Bool { microversion >= Microversion(2, minor) }

  /// A thing's own URL below `/v2.1`.
  func selfLink(_ path: String) -> String { "\(baseURL)/v2.1/\(path)" }

  /// A thing's URL without a version.
  func bookmark(_ path: String) -> String { "\(baseURL)/\(path)" }

  /// A query parameter as a time.
  func queryTime(_ name: String) throws(RoostError) -> Timestamp? {
    guard let text = query(name) else { return nil }
    guard let time = Timestamp(iso8601: text) else {
      throw RoostError(
        .badRequest,
        "\(name): expected a time like 2026-11-21T06:30:32Z, got \"\(text.prefix(40))\".",
        field: name)
    }
    return time
  }

  /// Refuses query parameters that Nova doesn't know, from the microversion on that does so.
  func refuseUnknownQuery(since minor: Int, allowed: [String]) throws(RoostError) {
    guard serves(minor) else { return }
    for (name, _) in head.query where !allowed.contains(name) {
      throw RoostError(
        .badRequest,
        "Invalid input for query parameters \(name.prefix(80)): additional properties are not "
          + "allowed; allowed are \(allowed.sorted().joined(separator: ", ")).", field: name)
    }
  }
}

extension JSONWriter {
  /// The pair of links that Nova gives a thing.
  mutating func links(_ path: String, _ context: RequestContext) {
    links(("self", context.selfLink(path)), ("bookmark", context.bookmark(path)))
  }

  /// Pairs of text as an object.
  mutating func properties(_ key: String, _ properties: [Property]) {
    object(key) { for property in properties { $0.field(property.key, property.value) } }
  }
}
