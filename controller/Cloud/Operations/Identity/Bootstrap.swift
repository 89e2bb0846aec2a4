// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

extension IdentityService {
  /// Makes the roles and the first admin with a project of its own, in one transaction.
  ///
  /// - Throws: `.conflict` if there is a user already.
  public func bootstrap(adminPassword: Secret<String>) async throws(RoostError) -> (
    user: User, project: Project
  ) {
    let passwordHash = try await hash(adminPassword)
    let now = clock.now
    let project = Project(
      id: .random(from: randomness), name: "admin", description: "The operators' project.",
      isEnabled: true, tokensValidFrom: now, createdAt: now)
    let user = User(
      id: .random(from: randomness), name: "admin", email: nil, description: nil, isEnabled: true,
      defaultProject: project.id, tokensValidFrom: now, createdAt: now)
    let roles = ["admin", "member", "reader"].map {
      Role(id: .random(from: randomness), name: $0, description: nil)
    }
    try await store.write { (tx) throws(RoostError) in
      guard try tx.users().isEmpty else {
        throw RoostError(.conflict, "The store has users already; nothing was changed.")
      }
      try tx.insert(project)
      try tx.insert(user, passwordHash: passwordHash)
      for role in roles {
        try tx.insert(role, at: now)
        try tx.grant(RoleAssignment(user: user.id, project: project.id, role: role.id))
      }
    }
    return (user, project)
  }

  /// Whether `bootstrap` has been done.
  public func isBootstrapped() async throws(RoostError) -> Bool {
    try await store.read { (tx) throws(RoostError) in try !tx.users().isEmpty }
  }
}
