// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  /// Limits. None is enforced but what the sizes of requests are bounded by: −1 says so.
  var limitRoutes: [Route] {
    [
      Route("GET", "/v2.1/limits") { (context) throws(RoostError) in
        let caller = try context.caller()
        try context.refuseUnknownQuery(since: 75, allowed: ["tenant_id"])
        let servers = try await servers(for: caller, context)
        return .json { json in
          json.object("limits") { json in
            json.array("rate") { _ in }
            json.object("absolute") { Self.writeLimits(&$0, servers.map(\.instance), context) }
          }
        }
      }
    ]
  }

  /// The caller's project's servers, or those of the project an administrator names.
  private func servers(for caller: Caller, _ context: RequestContext) async throws(RoostError)
    -> [ServerView]
  {
    let named = caller.isAdmin ? context.query("tenant_id") : nil
    let project = try named.map { (text) throws(RoostError) in
      guard let project = ProjectID(text) else {
        throw RoostError(.badRequest, "tenant_id: expected a UUID.", field: "tenant_id")
      }
      return project
    }
    return try await cloud.servers(allProjects: project != nil, deleted: false, for: caller)
      .filter { $0.instance.project == project ?? caller.project }
  }

  private static func writeLimits(
    _ json: inout JSONWriter, _ servers: [Instance], _ context: RequestContext
  ) {
    json.field("maxServerMeta", 128)
    json.field("maxTotalCores", -1)
    json.field("maxTotalInstances", -1)
    json.field("maxTotalKeypairs", -1)
    json.field("maxTotalRAMSize", -1)
    json.field("maxServerGroups", 0)
    json.field("maxServerGroupMembers", 0)
    json.field("totalCoresUsed", servers.reduce(0) { $0 + $1.flavor.size.vcpus })
    json.field("totalInstancesUsed", servers.count)
    json.field("totalRAMUsed", servers.reduce(0) { $0 + $1.flavor.size.memoryMB })
    json.field("totalServerGroupsUsed", 0)
    if !context.serves(39) { json.field("maxImageMeta", 128) }
    if !context.serves(57) {
      json.field("maxPersonality", 0)
      json.field("maxPersonalitySize", 0)
    }
    guard !context.serves(36) else { return }
    json.field("maxSecurityGroupRules", -1)
    json.field("maxSecurityGroups", -1)
    json.field("maxTotalFloatingIps", -1)
    json.field("totalSecurityGroupsUsed", 0)
    json.field("totalFloatingIpsUsed", 0)
  }
}
