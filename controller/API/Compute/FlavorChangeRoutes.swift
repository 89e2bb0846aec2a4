// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  var flavorChangeRoutes: [Route] {
    [
      Route("POST", "/v2.1/flavors", access: .admin) { (context) throws(RoostError) in
        let draft = try Self.flavorDraft(context)
        return show(try await cloud.createFlavor(draft, for: try context.caller()), context)
      },
      Route(
        "PUT", "/v2.1/flavors/{flavor}", access: .admin,
        versions: Microversion(2, 55)...MicroversionRange.compute.newest
      ) { (context) throws(RoostError) in
        let body = try context.json("flavor")
        try body.refuseUnknown(allowed: ["description"])
        let text = try body.member("description")
        let description =
          text.value == .null ? nil : try text.asString(maxLength: 65_535, allowEmpty: true)
        let flavor = try await cloud.describeFlavor(
          context.capture("flavor"), description, for: try context.caller())
        return show(flavor, context)
      },
      Route("DELETE", "/v2.1/flavors/{flavor}", access: .admin) {
        (context) throws(RoostError) in
        try await cloud.deleteFlavor(context.capture("flavor"), for: try context.caller())
        return .empty(202)
      },
      Route("POST", "/v2.1/flavors/{flavor}/os-extra_specs", access: .admin) {
        (context) throws(RoostError) in
        let specs = try Self.extraSpecs(try context.json("extra_specs"))
        _ = try await cloud.setExtraSpecs(
          specs, of: context.capture("flavor"), for: try context.caller())
        return .json { $0.properties("extra_specs", specs) }
      },
      Route("PUT", "/v2.1/flavors/{flavor}/os-extra_specs/{key}", access: .admin) {
        (context) throws(RoostError) in
        let specs = try Self.extraSpecs(try context.json())
        guard specs.count == 1, specs[0].key == context.capture("key") else {
          throw RoostError(.badRequest, "Request body and URI mismatch")
        }
        _ = try await cloud.setExtraSpecs(
          specs, of: context.capture("flavor"), for: try context.caller())
        return .json { $0.field(specs[0].key, specs[0].value) }
      },
      Route("DELETE", "/v2.1/flavors/{flavor}/os-extra_specs/{key}", access: .admin) {
        (context) throws(RoostError) in
        try await cloud.removeExtraSpec(
          context.capture("key"), of: context.capture("flavor"), for: try context.caller())
        return .empty(200)
      },
      Route("POST", "/v2.1/flavors/{flavor}/action", access: .admin) {
        (context) throws(RoostError) in
        try await changeAccess(context)
      },
    ]
  }

  private func changeAccess(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let body = try context.json()
    try body.refuseUnknown(allowed: ["addTenantAccess", "removeTenantAccess"])
    let allowed = body.has("addTenantAccess")
    let change = try body.object(allowed ? "addTenantAccess" : "removeTenantAccess")
    let project: ProjectID = try change.id("tenant")
    let id = context.capture("flavor")
    return accessList(
      id,
      try await cloud.setFlavorAccess(
        id, project: project, allowed: allowed, for: try context.caller()))
  }

  private static func flavorDraft(_ context: RequestContext) throws(RoostError) -> FlavorDraft {
    let body = try context.json("flavor")
    var allowed = [
      "name", "id", "ram", "vcpus", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "rxtx_factor",
      "os-flavor-access:is_public",
    ]
    if context.serves(55) { allowed.append("description") }
    try body.refuseUnknown(allowed: allowed)
    let most = Int64(Int32.max)
    let size = FlavorSize(
      vcpus: try body.integer("vcpus", in: 1...most, lenient: true),
      memoryMB: try body.integer("ram", in: 1...most, lenient: true),
      rootGB: try body.integer("disk", in: 0...most, lenient: true),
      ephemeralGB: try notServed(body, "OS-FLV-EXT-DATA:ephemeral"),
      swapMB: try notServed(body, "swap"))
    var draft = FlavorDraft(
      id: try body.optionalMember("id").map { (id) throws(RoostError) in
        try flavorID(id)
      }, name: try body.string("name"), size: size)
    if context.serves(55) {
      draft.description = try body.optionalString(
        "description", maxLength: 65_535, allowEmpty: true)
    }
    if let factor = try body.optionalMember("rxtx_factor") {
      draft.rxtxFactor = try rxtxFactor(factor)
    }
    draft.isPublic = try body.optionalBool("os-flavor-access:is_public", lenient: true) ?? true
    return draft
  }

  /// Nova takes numbers as ids too.
  private static func flavorID(_ id: JSONReader) throws(RoostError) -> String {
    if case .integer(let number) = id.value { return String(number) }
    let text = try id.asString(allowEmpty: true)
    return text.isEmpty ? "auto" : text
  }

  private static func rxtxFactor(_ factor: JSONReader) throws(RoostError) -> Double {
    if case .string(let text) = factor.value, let number = Double(text), number.isFinite {
      return number
    }
    return try factor.asNumber(in: 0...Double(Float.greatestFiniteMagnitude))
  }

  /// Guests have one local disk: an amount other than 0 would be a promise that isn't kept.
  private static func notServed(_ body: JSONReader, _ key: String) throws(RoostError) -> Int64 {
    if let text = body.value[key]?.text, text.isEmpty { return 0 }
    let amount = try body.optionalInteger(key, in: 0...Int64(Int32.max), lenient: true) ?? 0
    guard amount == 0 else {
      throw RoostError(
        .badRequest, "flavor.\(key): only 0 is served, got \(amount).", field: "flavor.\(key)")
    }
    return 0
  }

  private static func extraSpecs(_ body: JSONReader) throws(RoostError) -> [Property] {
    var specs: [Property] = []
    for (key, value) in try body.entries(maxCount: 128) {
      guard (1...255).contains(key.utf8.count),
        key.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "/") })
      else { throw value.refused("the key must be 1 to 255 printable characters without /") }
      switch value.value {
      case .integer(let number): specs.append(Property(key, String(number)))
      case .number(let number): specs.append(Property(key, "\(number)"))
      default: specs.append(Property(key, try value.asString(allowEmpty: true)))
      }
    }
    return specs
  }
}
