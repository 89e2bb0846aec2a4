// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Invariants
import Store
import TestSupport

@testable import Cloud

/// All that servers hold, as the store has it at one moment.
struct Holdings: Equatable {
  var instances: [Instance]
  var claims: [StoredClaim]
  var ports: [CloudModel.Port]
  var desired: [DesiredRecord]

  var isEmpty: Bool { instances.isEmpty && claims.isEmpty && ports.isEmpty && desired.isEmpty }

  /// What a resource class has claimed.
  func claimed(_ resource: String) -> Int64 {
    claims.filter { $0.resource == resource }.reduce(0) { $0 + $1.amount }
  }
}

extension TestCloud {
  /// What is held now.
  func holdings() async throws -> Holdings {
    try await store.read { tx throws(RoostError) in
      Holdings(
        instances: try tx.instances(of: nil), claims: try tx.claims(), ports: try tx.ports(),
        desired: try tx.desired())
    }
  }

  /// What the records alone show to be wrong.
  func findings() async throws -> [Finding.Kind] {
    try await store.read { tx throws(RoostError) in try tx.fleetRecords().findings().map(\.kind) }
  }

  /// A server as its record is now, deleted ones included.
  func record(_ id: InstanceID) async throws -> Instance? {
    try await store.read { tx throws(RoostError) in try tx.instance(id) }
  }

  /// Makes one server as a member and returns its id.
  func create(_ draft: ServerDraft) async throws -> InstanceID {
    let made = try await cloud.createServers(draft, for: TestCallers.member)
    guard let server = made.servers.first else {
      throw RoostError(.internal, "no server was made")
    }
    return server.id
  }
}

/// What an operation threw, nil if it went well.
func failure<Value>(of body: () async throws -> Value) async -> RoostError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return RoostError.wrapping(error)
  }
}
