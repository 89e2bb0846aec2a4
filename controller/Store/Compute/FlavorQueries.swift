// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database
import JSON

extension Transaction {
  /// Flavors in order of creation. With a project, only those it may use.
  public func flavors(visibleTo project: ProjectID?) throws(RoostError) -> [Flavor] {
    guard let project else {
      return try decoded(
        rows("SELECT * FROM flavors ORDER BY created_at, id"), Flavor.init(row:))
    }
    return try decoded(
      rows(
        """
        SELECT * FROM flavors WHERE is_public = 1 OR id IN
          (SELECT flavor_id FROM flavor_access WHERE project_id = ?)
        ORDER BY created_at, id
        """, .id(project)), Flavor.init(row:))
  }

  /// A flavor by id, whoever may use it.
  public func flavor(_ id: String) throws(RoostError) -> Flavor? {
    guard let row = try row("SELECT * FROM flavors WHERE id = ?", .text(id)) else { return nil }
    return try Flavor(row: row)
  }

  /// Adds a flavor. A known id or name is a `conflict`.
  public func insert(_ flavor: Flavor) throws(RoostError) {
    try run(
      """
      INSERT INTO flavors (id, name, description, vcpus, memory_mb, root_gb, ephemeral_gb,
        swap_mb, rxtx_factor, is_public, extra_specs, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, .text(flavor.id), .text(flavor.name), SQLValue(flavor.description),
      .integer(flavor.size.vcpus), .integer(flavor.size.memoryMB), .integer(flavor.size.rootGB),
      .integer(flavor.size.ephemeralGB), .integer(flavor.size.swapMB), .real(flavor.rxtxFactor),
      .bool(flavor.isPublic), packed(flavor.extraSpecs), .time(flavor.createdAt),
      .time(flavor.updatedAt))
  }

  /// Writes what may change of a flavor: description and extra specs.
  public func update(_ flavor: Flavor) throws(RoostError) {
    try run(
      "UPDATE flavors SET description = ?, extra_specs = ?, updated_at = ? WHERE id = ?",
      SQLValue(flavor.description), packed(flavor.extraSpecs), .time(flavor.updatedAt),
      .text(flavor.id))
  }

  /// Removes a flavor; servers keep their copy. Returns whether there was one.
  public func deleteFlavor(_ id: String) throws(RoostError) -> Bool {
    try run("DELETE FROM flavors WHERE id = ?", .text(id)) > 0
  }

  /// Projects with access to a flavor that isn't public, sorted.
  public func flavorAccess(_ id: String) throws(RoostError) -> [ProjectID] {
    try decoded(
      rows(
        "SELECT project_id FROM flavor_access WHERE flavor_id = ? ORDER BY project_id", .text(id))
    ) { (row) throws(RoostError) in try row.id("project_id") }
  }

  /// Lets a project use a flavor; a second time is a `conflict`.
  public func addFlavorAccess(_ id: String, project: ProjectID) throws(RoostError) {
    try run(
      "INSERT INTO flavor_access (flavor_id, project_id) VALUES (?, ?)", .text(id), .id(project))
  }

  /// Takes a project's access. Returns whether it had it.
  public func removeFlavorAccess(_ id: String, project: ProjectID) throws(RoostError) -> Bool {
    try run(
      "DELETE FROM flavor_access WHERE flavor_id = ? AND project_id = ?", .text(id), .id(project))
      > 0
  }
}

extension Flavor {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.text("id"), name: try row.text("name"),
      description: try row.optionalText("description"),
      size: FlavorSize(
        vcpus: try row.integer("vcpus"), memoryMB: try row.integer("memory_mb"),
        rootGB: try row.integer("root_gb"), ephemeralGB: try row.integer("ephemeral_gb"),
        swapMB: try row.integer("swap_mb")),
      rxtxFactor: try row.real("rxtx_factor"), isPublic: try row.bool("is_public"),
      extraSpecs: try row.properties("extra_specs"), createdAt: try row.time("created_at"),
      updatedAt: try row.optionalTime("updated_at"))
  }
}
