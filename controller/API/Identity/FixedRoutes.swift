// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON

// What Keystone keeps in tables and Roost does not: the one domain, the one region, the services
// and their endpoints. They can be read, not changed.
extension IdentityAPI {
  var fixedRoutes: [Route] {
    let interfaces = Catalog.interfaces
    return [
      Route("GET", "/v3/domains") { (context) throws(RoostError) in
        let fits = try context.fits(name: Keystone.domainName, isEnabled: true)
        return Keystone.list("domains", fits ? [()] : [], context) { json, _ in
          Self.writeDomain(&json, context)
        }
      },
      Route("GET", "/v3/domains/{domain}") { (context) throws(RoostError) in
        guard context.capture("domain") == Keystone.domainID else {
          throw Self.unknown("domain", context.capture("domain"))
        }
        return .json { $0.object("domain") { Self.writeDomain(&$0, context) } }
      },
      Route("GET", "/v3/regions") { context in
        Keystone.list("regions", [catalog.region], context) { Self.writeRegion(&$0, $1, context) }
      },
      Route("GET", "/v3/regions/{region}") { (context) throws(RoostError) in
        guard context.capture("region") == catalog.region else {
          throw Self.unknown("region", context.capture("region"))
        }
        return .json { $0.object("region") { Self.writeRegion(&$0, catalog.region, context) } }
      },
      Route("GET", "/v3/services", access: .admin) { context in
        let found = Catalog.entries.filter {
          (context.query("type") ?? $0.type) == $0.type
            && (context.query("name") ?? $0.name) == $0.name
        }
        return Keystone.list("services", found, context) { Self.writeService(&$0, $1, context) }
      },
      Route("GET", "/v3/services/{service}", access: .admin) { (context) throws(RoostError) in
        let wanted = context.capture("service")
        guard let entry = Catalog.entries.first(where: { $0.id == wanted }) else {
          throw Self.unknown("service", wanted)
        }
        return .json { $0.object("service") { Self.writeService(&$0, entry, context) } }
      },
      Route("GET", "/v3/endpoints", access: .admin) { context in
        let all = Catalog.entries.flatMap { entry in interfaces.indices.map { (entry, $0) } }
        let found = all.filter { entry, place in
          (context.query("interface") ?? interfaces[place]) == interfaces[place]
            && (context.query("service_id") ?? entry.id) == entry.id
            && (context.query("region_id") ?? catalog.region) == catalog.region
        }
        return Keystone.list("endpoints", found, context) {
          writeEndpoint(&$0, $1.0, $1.1, context)
        }
      },
      Route("GET", "/v3/endpoints/{endpoint}", access: .admin) { (context) throws(RoostError) in
        let wanted = context.capture("endpoint")
        for entry in Catalog.entries {
          guard let place = entry.endpointIDs.firstIndex(of: wanted) else { continue }
          return .json { $0.object("endpoint") { writeEndpoint(&$0, entry, place, context) } }
        }
        throw Self.unknown("endpoint", wanted)
      },
    ]
  }

  private static func unknown(_ thing: String, _ id: String) -> RoostError {
    RoostError(.notFound, "Could not find \(thing): \(id.prefix(255)).")
  }

  private static func writeDomain(_ json: inout JSONWriter, _ context: RequestContext) {
    json.field("id", Keystone.domainID)
    json.field("name", Keystone.domainName)
    json.field("description", "The default domain")
    json.field("enabled", true)
    json.array("tags") { _ in }
    json.object("options") { _ in }
    Keystone.links(&json, context, "domains/\(Keystone.domainID)")
  }

  private static func writeRegion(
    _ json: inout JSONWriter, _ region: String, _ context: RequestContext
  ) {
    json.field("id", region)
    json.field("description", "")
    json.null("parent_region_id")
    Keystone.links(&json, context, "regions/\(region)")
  }

  private static func writeService(
    _ json: inout JSONWriter, _ entry: Catalog.Entry, _ context: RequestContext
  ) {
    json.field("id", entry.id)
    json.field("name", entry.name)
    json.field("type", entry.type)
    json.field("enabled", true)
    json.field("description", "")
    Keystone.links(&json, context, "services/\(entry.id)")
  }

  private func writeEndpoint(
    _ json: inout JSONWriter, _ entry: Catalog.Entry, _ place: Int, _ context: RequestContext
  ) {
    json.field("id", entry.endpointIDs[place])
    json.field("interface", Catalog.interfaces[place])
    json.field("region_id", catalog.region)
    json.field("region", catalog.region)
    json.field("service_id", entry.id)
    json.field("url", context.rootURL + entry.path)
    json.field("enabled", true)
    Keystone.links(&json, context, "endpoints/\(entry.endpointIDs[place])")
  }
}
