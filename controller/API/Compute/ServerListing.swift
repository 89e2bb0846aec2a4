// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer

extension ComputeAPI {
  /// The page of servers that a list asks for.
  func serverPage(_ context: RequestContext, path: String) async throws(RoostError)
    -> Page<ServerView>
  {
    let listing = try ServerListing(context)
    let caller = try context.caller()
    var views: [ServerView] = []
    if listing.deleted != true {
      views += try await cloud.servers(
        allProjects: listing.allProjects, deleted: false, for: caller)
    }
    if listing.deleted != false {
      views += try await cloud.servers(
        allProjects: listing.allProjects, deleted: true, for: caller)
    }
    return try Page(of: try listing.found(in: views), context, path: path) { "\($0.instance.id)" }
  }
}

/// What a list of servers asks for: filters and order.
///
/// Source: `_get_servers` in nova/api/openstack/compute/servers.py.
struct ServerListing: Sendable {
  /// Whose servers: for administrators, all projects'.
  let allProjects: Bool
  /// Only deleted ones, or only those that are there; nil for both.
  let deleted: Bool?
  private let filters: [ServerFilter]
  private let order: [ServerOrder]

  init(_ context: RequestContext) throws(RoostError) {
    let caller = try context.caller()
    allProjects = try Self.allProjects(context, caller)
    try context.refuseUnknownQuery(since: 75, allowed: Self.parameters)
    var filters: [ServerFilter] = []
    for (name, value) in context.head.query
    where caller.isAdmin || Self.everyones(context).contains(name) {
      // Whose servers an administrator sees is chosen by all_tenants first.
      if !allProjects, ["project_id", "tenant_id"].contains(name) { continue }
      if let filter = try ServerFilter(name, value, context) { filters.append(filter) }
    }
    let statuses = context.queries("status")
    if !statuses.isEmpty { filters.append(try ServerFilter(statuses: statuses, context)) }
    self.filters = filters
    order = try ServerOrder.all(context)
    deleted = try Self.deleted(context, caller, statuses)
  }

  /// The servers that fit, in order.
  func found(in views: [ServerView]) throws(RoostError) -> [ServerView] {
    var found: [ServerView] = []
    for view in views where filters.allSatisfy({ $0.fits(view) }) { found.append(view) }
    return ServerOrder.sorted(found, by: order)
  }

  private static func allProjects(_ context: RequestContext, _ caller: Caller) throws(RoostError)
    -> Bool
  {
    // `?all_tenants` without a value means yes.
    guard let wanted = try context.queryFlag("all_tenants"), wanted else { return false }
    guard caller.isAdmin else {
      throw RoostError(
        .forbidden, "all_tenants: only administrators may list other projects' servers.",
        field: "all_tenants")
    }
    return true
  }

  private static func deleted(
    _ context: RequestContext, _ caller: Caller, _ statuses: [String]
  ) throws(RoostError) -> Bool? {
    if statuses.map({ $0.lowercased() }) == ["deleted"] {
      guard caller.isAdmin else {
        throw RoostError(
          .forbidden, "status: only administrators may list deleted instances.", field: "status")
      }
      return true
    }
    if caller.isAdmin, context.query("deleted") != nil {
      return try context.queryFlag("deleted") ?? false
    }
    let changes = ["changes-since", "changes-before"].contains { context.query($0) != nil }
    return changes ? nil : false
  }

  /// What anyone may filter by; administrators may use every parameter.
  private static func everyones(_ context: RequestContext) -> [String] {
    var names = ["reservation_id", "name", "image", "flavor", "ip", "changes-since"]
    if context.serves(5) { names.append("ip6") }
    if context.serves(26) { names += ["tags", "tags-any", "not-tags", "not-tags-any"] }
    if context.serves(66) { names.append("changes-before") }
    if context.serves(73) { names.append("locked") }
    if context.serves(83) {
      names += [
        "availability_zone", "config_drive", "key_name", "created_at", "launched_at",
        "terminated_at", "power_state", "task_state", "vm_state", "progress", "user_id",
      ]
    }
    if context.serves(90) { names.append("hostname") }
    return names
  }

  /// What Nova knows; from 2.75 on anything else is refused.
  private static let parameters =
    ServerFilter.names + [
      "limit", "marker", "sort_key", "sort_dir", "all_tenants", "deleted", "soft_deleted", "status",
    ]
}
