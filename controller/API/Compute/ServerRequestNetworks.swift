// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ServerRequest {
  /// Which networks a body asks for. From 2.37 on it has to say, and may say `auto` or `none`.
  static func networks(_ body: JSONReader, _ context: RequestContext) throws(RoostError)
    -> ServerDraft.Networks
  {
    guard body.has("networks") || context.serves(37) else { return .automatic }
    let field = try body.member("networks")
    if case .string = field.value, context.serves(37) {
      return try field.asChoice(["auto", "none"]) == "none" ? .none : .automatic
    }
    var interfaces: [ServerDraft.Interface] = []
    for network in try field.asArray(maxCount: 32) {
      let interface = try Self.interface(network, context)
      if case .port = interface, interfaces.contains(interface) {
        throw network.refused("names a port for the second time")
      }
      interfaces.append(interface)
    }
    return interfaces.isEmpty ? .automatic : .listed(interfaces)
  }

  private static func interface(_ network: JSONReader, _ context: RequestContext)
    throws(RoostError) -> ServerDraft.Interface
  {
    let mayTag = context.serves(42) || (context.serves(32) && !context.serves(37))
    try network.refuseUnknown(allowed: ["uuid", "port", "fixed_ip"] + (mayTag ? ["tag"] : []))
    if let tag = try network.optionalMember("tag") {
      throw tag.refused("device tags are not served")
    }
    var address: IPAddress?
    if let field = try network.optionalMember("fixed_ip") {
      address = IPAddress(try field.asString())
      guard address != nil else { throw field.expected("an IP address") }
    }
    if let port: PortID = try network.optionalID("port") {
      guard address == nil else {
        throw network.refused("fixed_ip and port cannot be given together")
      }
      return .port(port)
    }
    guard network.has("uuid") else {
      throw network.refused("uuid or port is required")
    }
    return .network(try network.id("uuid"), address: address)
  }

  /// The image of the one mapping that is served, which says what `imageRef` says already: the image
  /// on the local disk. Nil without a mapping.
  static func blockDevice(_ body: JSONReader, _ context: RequestContext) throws(RoostError)
    -> ImageID?
  {
    if let field = try body.optionalMember("block_device_mapping"), field.value != [] {
      throw field.refused("only block_device_mapping_v2 is served")
    }
    let mappings = try body.optionalArray("block_device_mapping_v2", maxCount: 32) ?? []
    for mapping in mappings { try checkMapping(mapping, context) }
    guard let mapping = mappings.first else { return nil }
    guard mappings.count == 1 else {
      throw try body.member("block_device_mapping_v2")
        .refused("a server has one disk, got \(mappings.count)")
    }
    return try mapping.id(mapping.has("image_id") ? "image_id" : "uuid")
  }

  private static func checkMapping(_ mapping: JSONReader, _ context: RequestContext)
    throws(RoostError)
  {
    var allowed = [
      "source_type", "destination_type", "uuid", "image_id", "boot_index", "guest_format",
      "device_type", "disk_bus", "delete_on_termination", "device_name", "no_device",
      "volume_id", "snapshot_id", "volume_size", "virtual_name", "connection_info",
    ]
    if context.serves(42) || context.microversion == Microversion(2, 32) { allowed.append("tag") }
    if context.serves(67) { allowed.append("volume_type") }
    try mapping.refuseUnknown(allowed: allowed)
    let source = try mapping.optionalString("source_type") ?? ""
    let destination = try mapping.optionalString("destination_type") ?? "local"
    guard source == "image", destination == "local" else {
      throw mapping.refused(
        "only source_type image with destination_type local is served, got "
          + "\"\(source)\" and \"\(destination)\"")
    }
    // Of the rest only what says the same as leaving it out.
    for key in ["tag", "guest_format", "device_type", "disk_bus", "device_name", "volume_type"] {
      guard let field = try mapping.optionalMember(key) else { continue }
      throw field.refused("is not served for a server's disk")
    }
    let index = try mapping.optionalInteger("boot_index", lenient: true) ?? -1
    guard index == 0 else { throw mapping.refused("boot_index must be 0, got \(index)") }
    guard try mapping.optionalBool("delete_on_termination", lenient: true) ?? true else {
      throw try mapping.member("delete_on_termination")
        .refused("a local disk goes with its server; only true is allowed")
    }
  }
}
