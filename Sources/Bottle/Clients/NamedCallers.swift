// SPDX-License-Identifier: Apache-2.0

import API
import Base
import CloudModel
import Crypto

/// Knows the bottle's clients by their names: `operator` is an admin, `tenant-3` a member of a project of
/// its own. Passwords and tokens cost time and are not what the bottle is after.
struct NamedCallers: Authenticator {
  /// The client that may do everything.
  static let `operator` = "operator"

  /// A tenant's name.
  static func tenant(_ number: Int) -> String { "tenant-\(number)" }

  func authenticate(_ token: String, requestID: String) async throws(RoostError) -> Authentication {
    let isOperator = token == Self.operator
    guard isOperator || token.hasPrefix("tenant-") else {
      throw RoostError(.unauthorized, "The bottle knows no client \(token).")
    }
    let caller = Self.caller(
      token, roles: isOperator ? ["admin", "member", "reader"] : ["member", "reader"],
      requestID: requestID)
    return Authentication(user: caller.user, caller: caller)
  }

  /// A client as the cloud sees it.
  static func caller(_ name: String, roles: [String], requestID: String = "req-bottle") -> Caller {
    let digest = BLAKE2b.hash128(Array(name.utf8))
    return Caller(
      user: Identifier(uuidBytes: digest) ?? .zero, userName: name,
      project: Identifier(uuidBytes: Array(digest.reversed())) ?? .zero, projectName: name,
      roles: roles, requestID: requestID)
  }
}
