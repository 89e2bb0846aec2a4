// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// Whether a token, or the first of its chain, was revoked by name.
  public func isRevoked(_ claims: TokenClaims) throws(RoostError) -> Bool {
    try row(
      "SELECT 1 FROM revoked_tokens WHERE audit_id IN (?, ?)", .id(claims.auditID),
      .id(claims.chainID)) != nil
  }

  /// Refuses a token from now on, and forgets revocations of tokens that have expired anyway.
  public func revoke(_ claims: TokenClaims, now: Timestamp) throws(RoostError) {
    try run("DELETE FROM revoked_tokens WHERE expires_at <= ?", .time(now))
    try run(
      "INSERT INTO revoked_tokens (audit_id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      .id(claims.auditID), .time(claims.expiresAt))
  }
}
