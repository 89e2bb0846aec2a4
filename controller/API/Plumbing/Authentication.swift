// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel

/// What a valid token says about its bearer.
public struct Authentication: Sendable {
  /// The token's user.
  public let user: UserID
  /// Who asks in which project; nil for an unscoped token.
  public let caller: Caller?

  /// Made by whoever checks tokens.
  public init(user: UserID, caller: Caller?) {
    self.user = user
    self.caller = caller
  }
}

/// Checks tokens for the plumbing.
public protocol Authenticator: Sendable {
  /// - Throws: `.unauthorized` for a token that is malformed, forged, expired or revoked.
  func authenticate(_ token: String, requestID: String) async throws(RoostError) -> Authentication
}
