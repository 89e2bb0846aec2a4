// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Crypto
import Database
import Store

/// What is asked for with a token request.
public struct TokenRequest: Sendable {
  /// How the user is named.
  public enum UserReference: Sendable {
    case id(UserID)
    case name(String)
    /// What was sent can name nobody; it costs as much as a wrong password.
    case nobody
  }

  /// How the user proves who it is.
  public enum Proof: Sendable {
    case password(UserReference, Secret<String>)
    case token(Secret<String>)
  }

  /// How the project is named.
  public enum Scope: Sendable {
    /// None was asked for: the user's default project if it may be used, else none.
    case automatic
    /// Asked for none.
    case unscoped
    case projectID(ProjectID)
    case projectName(String)
    /// What was sent can name no project.
    case nothing
  }

  public var proof: Proof
  public var scope: Scope

  /// Made from a request's body.
  public init(proof: Proof, scope: Scope) {
    self.proof = proof
    self.scope = scope
  }
}

/// A token with all that is told about it.
public struct TokenDetails: Sendable {
  /// What is sealed in it.
  public let claims: TokenClaims
  /// Whose.
  public let user: User
  /// The scope, if any.
  public let project: Project?
  /// The user's roles in the project by name; empty without one.
  public let roles: [Role]

  /// Who asks, when this token comes with a request; nil without a project.
  public func caller(requestID: String) -> Caller? {
    guard let project else { return nil }
    return Caller(
      user: user.id, userName: user.name, project: project.id, projectName: project.name,
      roles: roles.map(\.name).sorted(), requestID: requestID)
  }
}

extension IdentityService {
  /// Issues a token.
  ///
  /// - Throws: `.unauthorized`, with the same words whatever it was that did not fit.
  public func issueToken(_ request: TokenRequest) async throws(RoostError) -> (
    token: Secret<String>, details: TokenDetails
  ) {
    let (user, earlier) = try await prove(request.proof)
    let now = clock.now
    let expiresAt = min(
      now + settings.tokenLifetime, earlier?.expiresAt ?? now + settings.tokenLifetime)
    let auditID = AuditID.random(from: randomness)
    let scope = request.scope
    let details = try await store.read { (tx) throws(RoostError) -> TokenDetails in
      let project = try Self.project(scope, for: user, tx)
      // What ended the user's tokens since the proof, as a new password, ends this one too.
      guard try tx.user(user.id)?.tokensValidFrom == user.tokensValidFrom else {
        throw Self.refused
      }
      // Civil time may have been set back behind what ended earlier tokens; a new one is good.
      let issuedAt = max(now, user.tokensValidFrom, project?.tokensValidFrom ?? now)
      let claims = TokenClaims(
        user: user.id, project: project?.id,
        methods: earlier.map { $0.methods.union(.token) } ?? .password, issuedAt: issuedAt,
        expiresAt: expiresAt, auditID: auditID, chainID: earlier.map { $0.chainID ?? $0.auditID })
      let roles = try project.map { (project) throws(RoostError) in
        try tx.roles(of: user.id, in: project.id)
      }
      return TokenDetails(claims: claims, user: user, project: project, roles: roles ?? [])
    }
    return (sealed(details.claims), details)
  }

  /// Checks a token and tells about it.
  ///
  /// - Throws: `.unauthorized` for one that is malformed, forged, expired or revoked, or whose user,
  ///   project or roles are gone.
  public func checkToken(_ token: Secret<String>) async throws(RoostError) -> TokenDetails {
    let claims = try opened(token)
    return try await store.read { (tx) throws(RoostError) in
      guard try !tx.isRevoked(claims), let user = try tx.user(claims.user), user.isEnabled,
        claims.issuedAt >= user.tokensValidFrom
      else { throw Self.invalidToken }
      guard let projectID = claims.project else {
        return TokenDetails(claims: claims, user: user, project: nil, roles: [])
      }
      guard let project = try tx.project(projectID), project.isEnabled,
        claims.issuedAt >= project.tokensValidFrom
      else { throw Self.invalidToken }
      let roles = try tx.roles(of: user.id, in: projectID)
      guard !roles.isEmpty else { throw Self.invalidToken }
      return TokenDetails(claims: claims, user: user, project: project, roles: roles)
    }
  }

  /// Refuses a token, and those that were got with it, from now on.
  public func revokeToken(_ details: TokenDetails) async throws(RoostError) {
    let now = clock.now
    let claims = details.claims
    try await store.write { (tx) throws(RoostError) in try tx.revoke(claims, now: now) }
  }

  private static let context = Array("roost token 1".utf8)
  // Longest token that is looked at; ours are a third of it.
  private static let longestToken = 1024

  private static let invalidToken = RoostError(
    .unauthorized, "The request you have made requires authentication: the token is not valid.")

  private static let refused = RoostError(
    .unauthorized, "The request you have made requires authentication.")

  private func sealed(_ claims: TokenClaims) -> Secret<String> {
    Secret(
      Base64.url.encode(
        seal.seal(claims.encoded, context: Self.context, randomness: randomness)))
  }

  private func opened(_ token: Secret<String>) throws(RoostError) -> TokenClaims {
    guard token.exposed.utf8.count <= Self.longestToken,
      let bytes = Base64.url.decode(token.exposed),
      let plain = try? seal.open(bytes, context: Self.context),
      let claims = TokenClaims(decoding: plain), clock.now < claims.expiresAt
    else { throw Self.invalidToken }
    return claims
  }

  /// Who asks, and the claims of the token it was proved with.
  private func prove(_ proof: TokenRequest.Proof) async throws(RoostError) -> (User, TokenClaims?) {
    switch proof {
    case .token(let token):
      let details = try await checkToken(token)
      return (details.user, details.claims)
    case .password(let reference, let password):
      return (try await user(reference, password), nil)
    }
  }

  private func user(_ reference: TokenRequest.UserReference, _ password: Secret<String>)
    async throws(RoostError) -> User
  {
    guard password.exposed.utf8.count <= PasswordHash.longest else { throw Self.refused }
    let found = try await store.read { (tx) throws(RoostError) -> (User, Secret<String>?)? in
      let user: User? =
        switch reference {
        case .id(let id): try tx.user(id)
        case .name(let name): try tx.user(named: name)
        case .nobody: nil
        }
      guard let user else { return nil }
      return (user, try tx.passwordHash(of: user.id))
    }
    guard let (user, hash) = found, let hash, user.isEnabled else {
      try await passwords.verifyAgainstDummy(password)
      throw Self.refused
    }
    guard try await passwords.verify(password, against: hash.exposed) else { throw Self.refused }
    return user
  }

  private static func project(_ scope: TokenRequest.Scope, for user: User, _ tx: Transaction)
    throws(RoostError) -> Project?
  {
    let wanted: Project?
    switch scope {
    case .unscoped: return nil
    case .automatic:
      guard let id = user.defaultProject, let project = try tx.project(id), project.isEnabled,
        try !tx.roles(of: user.id, in: id).isEmpty
      else { return nil }
      return project
    case .projectID(let id): wanted = try tx.project(id)
    case .projectName(let name): wanted = try tx.project(named: name)
    case .nothing: wanted = nil
    }
    guard let wanted, wanted.isEnabled, try !tx.roles(of: user.id, in: wanted.id).isEmpty else {
      throw refused
    }
    return wanted
  }
}

extension Timestamp {
  /// The time from which tokens are good once those so far were ended. It rises even where civil
  /// time was set back.
  func raised(to now: Timestamp) -> Timestamp { max(now, self + .microseconds(1)) }
}
