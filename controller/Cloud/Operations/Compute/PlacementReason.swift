// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// Why a server is where it is, or nowhere.
public struct PlacementReason: Sendable, Hashable {
  public let instance: Instance
  /// Its node's name; nil while it has none.
  public let host: String?
  /// What the claim wrote down: how many hosts each test removed, and the nearest miss.
  public let text: String?
}

extension Cloud {
  /// Explains a server's placement. Deleted servers are explained too, as long as they are kept.
  public func placementReason(of id: InstanceID, for caller: Caller) async throws(RoostError)
    -> PlacementReason
  {
    try caller.requireAdmin(to: "see why servers are where they are")
    return try await store.read { (tx) throws(RoostError) in
      guard let instance = try tx.instance(id) else { throw .notFound("Instance", id) }
      var host: String?
      if let node = instance.node { host = try tx.node(node)?.hostName }
      return PlacementReason(instance: instance, host: host, text: try tx.placement(of: id))
    }
  }
}
