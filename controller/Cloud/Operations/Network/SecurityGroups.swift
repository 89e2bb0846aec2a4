// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

extension Cloud {
  /// The caller's security groups, and all for an administrator. The caller's project gets its
  /// group `default` when it is first asked for, as in Neutron.
  public func securityGroups(for caller: Caller) async throws(RoostError) -> [SecurityGroup] {
    try await ensureDefaultGroup(of: caller.project)
    let project = caller.isAdmin ? nil : caller.project
    return try await store.read { (tx) throws(RoostError) in try tx.securityGroups(of: project) }
  }

  /// One security group.
  public func securityGroup(_ id: SecurityGroupID, for caller: Caller) async throws(RoostError)
    -> SecurityGroup
  {
    guard let group = try await securityGroups(for: caller).first(where: { $0.id == id }) else {
      throw .notFound("Security group", id)
    }
    return group
  }

  func ensureDefaultGroup(of project: ProjectID) async throws(RoostError) {
    let known = try await store.read { (tx) throws(RoostError) in
      try !tx.securityGroups(of: project).isEmpty
    }
    guard !known else { return }
    let group = SecurityGroup(
      id: .random(from: randomness), project: project, name: "default",
      description: "Default security group", createdAt: clock.now)
    try await store.write { (tx) throws(RoostError) in try tx.insertIfAbsent(group) }
  }
}
