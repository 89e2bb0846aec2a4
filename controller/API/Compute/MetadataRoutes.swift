// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  var metadataRoutes: [Route] {
    [
      Route("GET", "/v2.1/servers/{server}/metadata") { (context) throws(RoostError) in
        Self.all(try await metadata(context))
      },
      Route("POST", "/v2.1/servers/{server}/metadata") { (context) throws(RoostError) in
        let new = try Self.bodyMetadata(context)
        return Self.all(
          try await cloud.changeMetadata(
            of: try context.serverID(), for: try context.caller()
          ) { laid(new, over: $0) })
      },
      Route("PUT", "/v2.1/servers/{server}/metadata") { (context) throws(RoostError) in
        let new = try Self.bodyMetadata(context)
        return Self.all(
          try await cloud.changeMetadata(
            of: try context.serverID(), for: try context.caller()
          ) { _ in new })
      },
      Route("GET", "/v2.1/servers/{server}/metadata/{key}") { (context) throws(RoostError) in
        let key = context.capture("key")
        guard let pair = try await metadata(context).first(where: { $0.key == key }) else {
          throw Self.absent
        }
        return .json { $0.properties("meta", [pair]) }
      },
      Route("PUT", "/v2.1/servers/{server}/metadata/{key}") { (context) throws(RoostError) in
        let body = try context.json()
        try body.refuseUnknown(allowed: ["meta"])
        let pairs = try body.object("meta").asMetadata()
        guard pairs.count == 1, pairs[0].key == context.capture("key") else {
          throw RoostError(.badRequest, "Request body and URI mismatch", field: "meta")
        }
        _ = try await cloud.changeMetadata(
          of: try context.serverID(), for: try context.caller()
        ) { laid(pairs, over: $0) }
        return .json { $0.properties("meta", pairs) }
      },
      Route("DELETE", "/v2.1/servers/{server}/metadata/{key}") { (context) throws(RoostError) in
        let key = context.capture("key")
        _ = try await cloud.changeMetadata(
          of: try context.serverID(), for: try context.caller()
        ) { (old) throws(RoostError) in
          guard old.contains(where: { $0.key == key }) else { throw Self.absent }
          return old.filter { $0.key != key }
        }
        return .empty()
      },
    ]
  }

  private static let absent = RoostError(.notFound, "Metadata item was not found")

  private func metadata(_ context: RequestContext) async throws(RoostError) -> [Property] {
    try await cloud.server(try context.serverID(), for: try context.caller()).instance.metadata
  }

  private static func bodyMetadata(_ context: RequestContext) throws(RoostError) -> [Property] {
    let body = try context.json()
    try body.refuseUnknown(allowed: ["metadata"])
    return try body.object("metadata").asMetadata()
  }

  private static func all(_ metadata: [Property]) -> HTTPResponse {
    .json { $0.properties("metadata", metadata) }
  }
}

/// Pairs with new ones over those of the same keys, in order of their keys.
private func laid(_ new: [Property], over old: [Property]) -> [Property] {
  (old.filter { pair in !new.contains { $0.key == pair.key } } + new).sorted { $0.key < $1.key }
}
