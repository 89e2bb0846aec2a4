// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// What an administrator asks of a new flavor.
public struct FlavorDraft: Sendable, Hashable {
  /// nil or `auto` makes one up.
  public var id: String?
  public var name: String
  public var description: String?
  public var size: FlavorSize
  public var rxtxFactor: Double
  public var isPublic: Bool

  /// A public flavor of a size.
  public init(id: String?, name: String, size: FlavorSize) {
    self.id = id
    self.name = name
    self.size = size
    description = nil
    rxtxFactor = 1
    isPublic = true
  }
}

extension Cloud {
  /// Flavors the caller may use, by creation. `isPublic` filters; nil lets an administrator see
  /// every one.
  public func flavors(isPublic: Bool?, for caller: Caller) async throws(RoostError) -> [Flavor] {
    let project = caller.isAdmin && isPublic != true ? nil : caller.project
    let flavors = try await store.read { (tx) throws(RoostError) in
      try tx.flavors(visibleTo: project)
    }
    guard let isPublic else { return flavors }
    return flavors.filter { $0.isPublic == isPublic }
  }

  /// One flavor.
  public func flavor(_ id: String, for caller: Caller) async throws(RoostError) -> Flavor {
    try await store.read { (tx) throws(RoostError) in try tx.visibleFlavor(id, to: caller) }
  }

  /// Makes a flavor.
  public func createFlavor(_ draft: FlavorDraft, for caller: Caller) async throws(RoostError)
    -> Flavor
  {
    try caller.requireAdmin(to: "make a flavor")
    let isNamed = draft.id.map { $0 != "auto" } ?? false
    let id = isNamed ? draft.id ?? "" : NodeID.random(from: randomness).description
    let flavor = Flavor(
      id: id, name: draft.name, description: draft.description, size: draft.size,
      rxtxFactor: draft.rxtxFactor, isPublic: draft.isPublic, extraSpecs: [],
      createdAt: clock.now, updatedAt: nil)
    try await store.write { (tx) throws(RoostError) in
      guard try tx.flavor(id) == nil else {
        throw RoostError(.conflict, "Flavor with ID \(id) already exists.")
      }
      guard try !tx.flavors(visibleTo: nil).contains(where: { $0.name == flavor.name }) else {
        throw RoostError(.conflict, "Flavor with name \(flavor.name) already exists.")
      }
      try tx.insert(flavor)
    }
    return flavor
  }

  /// Changes a flavor's description.
  public func describeFlavor(_ id: String, _ description: String?, for caller: Caller)
    async throws(RoostError) -> Flavor
  {
    try caller.requireAdmin(to: "change a flavor")
    return try await changeFlavor(id, caller) { $0.description = description }
  }

  /// Adds extra specs, replacing those of the same key.
  public func setExtraSpecs(_ specs: [Property], of id: String, for caller: Caller)
    async throws(RoostError) -> Flavor
  {
    try caller.requireAdmin(to: "change a flavor")
    _ = try GuestOptions(specs)
    return try await changeFlavor(id, caller) { $0.extraSpecs = merged($0.extraSpecs, specs) }
  }

  /// Removes an extra spec.
  ///
  /// - Throws: `.notFound` when the flavor has none of that key.
  public func removeExtraSpec(_ key: String, of id: String, for caller: Caller)
    async throws(RoostError)
  {
    try caller.requireAdmin(to: "change a flavor")
    let flavor = try await flavor(id, for: caller)
    guard flavor.extraSpecs.contains(where: { $0.key == key }) else {
      throw RoostError(.notFound, "Flavor \(id) has no extra specs with key \(key).")
    }
    _ = try await changeFlavor(id, caller) { $0.extraSpecs.removeAll { $0.key == key } }
  }

  /// Removes a flavor; servers made from it keep their copy.
  public func deleteFlavor(_ id: String, for caller: Caller) async throws(RoostError) {
    try caller.requireAdmin(to: "delete a flavor")
    let existed = try await store.write { (tx) throws(RoostError) in try tx.deleteFlavor(id) }
    guard existed else { throw .notFound("Flavor", id) }
  }

  /// Projects that may use a flavor which isn't public.
  public func flavorAccess(_ id: String, for caller: Caller) async throws(RoostError)
    -> [ProjectID]
  {
    try caller.requireAdmin(to: "see who may use a flavor")
    return try await store.read { (tx) throws(RoostError) in
      let flavor = try tx.visibleFlavor(id, to: caller)
      guard !flavor.isPublic else {
        throw RoostError(.notFound, "Access list not available for public flavors.")
      }
      return try tx.flavorAccess(id)
    }
  }

  /// Gives or takes a project's access.
  public func setFlavorAccess(
    _ id: String, project: ProjectID, allowed: Bool, for caller: Caller
  ) async throws(RoostError) -> [ProjectID] {
    try caller.requireAdmin(to: "change who may use a flavor")
    return try await store.write { (tx) throws(RoostError) in
      let flavor = try tx.visibleFlavor(id, to: caller)
      let known = try tx.flavorAccess(id).contains(project)
      if allowed {
        guard !flavor.isPublic, !known else {
          throw RoostError(
            .conflict,
            flavor.isPublic
              ? "Can not add access to a public flavor."
              : "Flavor access already exists for flavor \(id) and project \(project.hex) "
                + "combination.")
        }
        try tx.addFlavorAccess(id, project: project)
      } else {
        guard known else {
          throw RoostError(
            .notFound,
            "Flavor access not found for \(id) / \(project.hex) combination.")
        }
        _ = try tx.removeFlavorAccess(id, project: project)
      }
      return try tx.flavorAccess(id)
    }
  }

  private func changeFlavor(
    _ id: String, _ caller: Caller, _ change: @escaping @Sendable (inout Flavor) -> Void
  ) async throws(RoostError) -> Flavor {
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      var flavor = try tx.visibleFlavor(id, to: caller)
      change(&flavor)
      flavor.updatedAt = now
      try tx.update(flavor)
      return flavor
    }
  }
}

/// Pairs with others laid over them, sorted by key.
func merged(_ old: [Property], _ new: [Property]) -> [Property] {
  (old.filter { pair in !new.contains { $0.key == pair.key } } + new).sorted { $0.key < $1.key }
}

extension Transaction {
  func visibleFlavor(_ id: String, to caller: Caller) throws(RoostError) -> Flavor {
    guard let flavor = try flavor(id) else { throw .notFound("Flavor", id) }
    if flavor.isPublic || caller.isAdmin { return flavor }
    guard try flavorAccess(id).contains(caller.project) else { throw .notFound("Flavor", id) }
    return flavor
  }
}
