// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  var flavorRoutes: [Route] {
    [
      Route("GET", "/v2.1/flavors") { (context) throws(RoostError) in
        let page = try await flavorPage(context, path: "flavors")
        return .json { json in
          json.array("flavors") { json in
            for flavor in page.elements {
              json.object { writeFlavorName(&$0, flavor, context) }
            }
          }
          page.writeLinks(&json, "flavors_links")
        }
      },
      Route("GET", "/v2.1/flavors/detail") { (context) throws(RoostError) in
        let page = try await flavorPage(context, path: "flavors/detail")
        return .json { json in
          json.array("flavors") { json in
            for flavor in page.elements { json.object { writeFlavor(&$0, flavor, context) } }
          }
          page.writeLinks(&json, "flavors_links")
        }
      },
      Route("GET", "/v2.1/flavors/{flavor}") { (context) throws(RoostError) in
        let flavor = try await cloud.flavor(
          context.capture("flavor"), for: try context.caller())
        return show(flavor, context)
      },
      Route("GET", "/v2.1/flavors/{flavor}/os-extra_specs") { (context) throws(RoostError) in
        let flavor = try await cloud.flavor(
          context.capture("flavor"), for: try context.caller())
        return .json { $0.properties("extra_specs", flavor.extraSpecs) }
      },
      Route("GET", "/v2.1/flavors/{flavor}/os-extra_specs/{key}") {
        (context) throws(RoostError) in
        let (id, key) = (context.capture("flavor"), context.capture("key"))
        let flavor = try await cloud.flavor(id, for: try context.caller())
        guard let spec = flavor.extraSpecs.first(where: { $0.key == key }) else {
          throw RoostError(.notFound, "Flavor \(id) has no extra specs with key \(key).")
        }
        return .json { $0.field(spec.key, spec.value) }
      },
      Route("GET", "/v2.1/flavors/{flavor}/os-flavor-access", access: .admin) {
        (context) throws(RoostError) in
        let id = context.capture("flavor")
        return accessList(
          id, try await cloud.flavorAccess(id, for: try context.caller()))
      },
    ]
  }

  func show(_ flavor: Flavor, _ context: RequestContext) -> HTTPResponse {
    .json { $0.object("flavor") { writeFlavor(&$0, flavor, context) } }
  }

  func accessList(_ flavor: String, _ projects: [ProjectID]) -> HTTPResponse {
    .json { json in
      json.array("flavor_access") { json in
        for project in projects {
          json.object {
            $0.field("flavor_id", flavor)
            $0.field("tenant_id", project.hex)
          }
        }
      }
    }
  }

  private func flavorPage(_ context: RequestContext, path: String) async throws(RoostError)
    -> Page<Flavor>
  {
    try context.refuseUnknownQuery(
      since: 75,
      allowed: ["is_public", "limit", "marker", "minDisk", "minRam", "sort_dir", "sort_key"])
    let caller = try context.caller()
    // Only administrators may ask for others than the public ones; they see those by default.
    let isPublic = context.query("is_public") == nil ? true : try context.queryFlag("is_public")
    var flavors = try await cloud.flavors(isPublic: caller.isAdmin ? isPublic : nil, for: caller)
    let minRAM = Int64(try context.queryInteger("minRam", in: 0...Int.max) ?? 0)
    let minDisk = Int64(try context.queryInteger("minDisk", in: 0...Int.max) ?? 0)
    flavors = flavors.filter { $0.size.memoryMB >= minRAM && $0.size.rootGB >= minDisk }
    return try Page(of: try sorted(flavors, context), context, path: path, id: \.id)
  }

  private func sorted(_ flavors: [Flavor], _ context: RequestContext) throws(RoostError)
    -> [Flavor]
  {
    let ascending = context.query("sort_dir") != "desc"
    let key = context.query("sort_key") ?? "flavorid"
    let ordered: [Flavor]
    switch key {
    case "flavorid", "id": ordered = flavors.sorted { $0.id < $1.id }
    case "name": ordered = flavors.sorted { $0.name < $1.name }
    case "memory_mb": ordered = flavors.sorted { $0.size.memoryMB < $1.size.memoryMB }
    case "vcpus": ordered = flavors.sorted { $0.size.vcpus < $1.size.vcpus }
    case "root_gb": ordered = flavors.sorted { $0.size.rootGB < $1.size.rootGB }
    case "created_at": ordered = flavors.sorted { $0.createdAt < $1.createdAt }
    default:
      throw RoostError(
        .badRequest,
        "sort_key: expected one of flavorid, name, memory_mb, vcpus, root_gb, created_at, got "
          + "\"\(key.prefix(40))\".", field: "sort_key")
    }
    return ascending ? ordered : ordered.reversed()
  }
}
