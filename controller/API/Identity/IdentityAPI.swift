// SPDX-License-Identifier: Apache-2.0

public import Base
public import Cloud
import CloudModel
import HTTPServer

/// Keystone's v3 API. Source of paths and shapes: Keystone's API reference.
public struct IdentityAPI: Sendable {
  let identity: IdentityService
  let catalog: Catalog

  /// Serves the given identities.
  public init(identity: IdentityService, catalog: Catalog) {
    self.identity = identity
    self.catalog = catalog
  }

  /// All routes below `/identity`.
  public var routes: [Route] {
    versionRoutes + tokenRoutes + projectRoutes + userRoutes + roleRoutes + grantRoutes
      + fixedRoutes
  }
}

extension IdentityAPI: Authenticator {
  public func authenticate(_ token: String, requestID: String) async throws(RoostError)
    -> Authentication
  {
    let details = try await identity.checkToken(Secret(token))
    return Authentication(user: details.user.id, caller: details.caller(requestID: requestID))
  }
}

extension RequestContext {
  /// Keystone's id of a capture; what is no UUID can't exist.
  func identityID<Tag>(_ name: String, of thing: String) throws(RoostError) -> Identifier<Tag> {
    guard let id = Identifier<Tag>(capture(name)) else {
      throw RoostError(.notFound, "Could not find \(thing): \(capture(name).prefix(255)).")
    }
    return id
  }

  /// A query parameter as an id. One that is no UUID matches nothing: the outer nil.
  func queryID<Tag>(_ name: String) -> Identifier<Tag>?? {
    guard let text = query(name) else { return .some(nil) }
    guard let id = Identifier<Tag>(text) else { return nil }
    return .some(id)
  }

  /// Whether a thing's name and state fit `?name=` and `?enabled=`, and its domain `?domain_id=`.
  func fits(name: String, isEnabled: Bool? = nil) throws(RoostError) -> Bool {
    if let wanted = query("name"), wanted != name { return false }
    if let wanted = query("domain_id"), wanted != Keystone.domainID { return false }
    if let wanted = try queryFlag("enabled"), let isEnabled, wanted != isEnabled { return false }
    return true
  }
}
