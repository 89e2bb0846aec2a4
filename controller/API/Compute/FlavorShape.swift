// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer
import JSON

/// A flavor as `GET /flavors` lists it.
func writeFlavorName(_ json: inout JSONWriter, _ flavor: Flavor, _ context: RequestContext) {
  json.field("id", flavor.id)
  json.field("name", flavor.name)
  if context.serves(55) { json.field("description", flavor.description) }
  json.links("flavors/\(flavor.id)", context)
}

/// A flavor with all it has.
func writeFlavor(_ json: inout JSONWriter, _ flavor: Flavor, _ context: RequestContext) {
  json.field("id", flavor.id)
  json.field("name", flavor.name)
  json.field("ram", flavor.size.memoryMB)
  json.field("disk", flavor.size.rootGB)
  // Before 2.75 no swap is an empty text.
  if flavor.size.swapMB == 0, !context.serves(75) {
    json.field("swap", "")
  } else {
    json.field("swap", flavor.size.swapMB)
  }
  json.field("OS-FLV-EXT-DATA:ephemeral", flavor.size.ephemeralGB)
  json.field("OS-FLV-DISABLED:disabled", false)
  json.field("vcpus", flavor.size.vcpus)
  json.field("os-flavor-access:is_public", flavor.isPublic)
  json.field("rxtx_factor", flavor.rxtxFactor)
  json.links("flavors/\(flavor.id)", context)
  if context.serves(55) { json.field("description", flavor.description) }
  if context.serves(61) { json.properties("extra_specs", flavor.extraSpecs) }
}

/// A flavor inside a server: a reference before 2.47, all of it from then on.
func writeEmbeddedFlavor(_ json: inout JSONWriter, _ flavor: Flavor, _ context: RequestContext) {
  json.object("flavor") { json in
    guard context.serves(47) else {
      json.field("id", flavor.id)
      json.links(("bookmark", context.bookmark("flavors/\(flavor.id)")))
      return
    }
    json.field("vcpus", flavor.size.vcpus)
    json.field("ram", flavor.size.memoryMB)
    json.field("disk", flavor.size.rootGB)
    json.field("ephemeral", flavor.size.ephemeralGB)
    json.field("swap", flavor.size.swapMB)
    json.field("original_name", flavor.name)
    json.properties("extra_specs", flavor.extraSpecs)
  }
}
