// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import HTTPServer
import JSON

/// What a `POST /servers` asks for.
///
/// Source: nova/api/openstack/compute/schemas/servers.py. What Nova knows and Roost does not keep is
/// refused in words, never dropped.
struct ServerRequest {
  /// For the cloud.
  let draft: ServerDraft
  /// Whether the answer names the request rather than its first server.
  let wantsReservation: Bool

  init(_ context: RequestContext) throws(RoostError) {
    let whole = try context.json()
    try whole.refuseUnknown(
      allowed: ["server", "os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"])
    for key in ["os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"] {
      if let hints = try whole.optionalObject(key), let hint = try hints.entries().first {
        throw hint.value.refused("scheduler hints are not served")
      }
    }
    let body = try whole.object("server")
    try body.refuseUnknown(allowed: Self.fields(context))
    try Self.refuseWhatIsNotServed(body)
    let name = try body.member("name").asName()
    let disk = try Self.blockDevice(body, context)
    let image = try Self.image(body)
    if let disk, disk != image {
      throw RoostError(
        .badRequest,
        "server.block_device_mapping_v2[0].uuid: \(disk) differs from imageRef \(image).",
        field: "server.block_device_mapping_v2[0].uuid")
    }
    var draft = ServerDraft(
      name: name, flavor: try Self.flavor(body), image: image,
      networks: try Self.networks(body, context))
    draft.description = context.serves(19) ? try body.serverDescription() : name
    draft.keyName = try body.optionalString("key_name")
    draft.metadata = try body.optionalMember("metadata")?.asMetadata() ?? []
    draft.userData = try Self.userData(body)
    draft.securityGroups = try Self.securityGroups(body)
    try Self.readPlace(body, into: &draft)
    try Self.readCounts(body, into: &draft)
    draft.hostName = try body.optionalMember("hostname")?.asHostName(domains: context.serves(94))
    guard draft.hostName == nil || draft.maximumCount == 1 else {
      throw RoostError(
        .badRequest,
        "server.hostname: can be given for one server only, and max_count is "
          + "\(draft.maximumCount).", field: "server.hostname")
    }
    self.draft = draft
    wantsReservation = try body.optionalBool("return_reservation_id", lenient: true) ?? false
  }

  /// The fields that Nova knows at the request's microversion.
  private static func fields(_ context: RequestContext) -> [String] {
    var fields = [
      "name", "imageRef", "flavorRef", "adminPass", "metadata", "networks", "OS-DCF:diskConfig",
      "accessIPv4", "accessIPv6", "availability_zone", "block_device_mapping",
      "block_device_mapping_v2", "config_drive", "key_name", "min_count", "max_count",
      "return_reservation_id", "security_groups", "user_data",
    ]
    if context.serves(19) { fields.append("description") }
    if context.serves(52) { fields.append("tags") }
    if !context.serves(57) { fields.append("personality") }
    if context.serves(63) { fields.append("trusted_image_certificates") }
    if context.serves(74) { fields += ["host", "hypervisor_hostname"] }
    if context.serves(90) { fields.append("hostname") }
    return fields
  }

  private static func refuseWhatIsNotServed(_ body: JSONReader) throws(RoostError) {
    let reasons = [
      ("adminPass", "passwords are not set in guests; use key_name or user_data"),
      ("accessIPv4", "access addresses are not served"),
      ("accessIPv6", "access addresses are not served"),
      ("personality", "file injection is not served; use user_data"),
      ("tags", "server tags are not served"),
      ("trusted_image_certificates", "image certificates are not served"),
    ]
    for (key, reason) in reasons {
      guard let field = try body.optionalMember(key), field.value != "", field.value != [] else {
        continue
      }
      throw field.refused(reason)
    }
    if let config = try body.optionalChoice("OS-DCF:diskConfig", of: ["AUTO", "MANUAL"]),
      config == "AUTO"
    {
      throw try body.member("OS-DCF:diskConfig").refused("only MANUAL is served, got AUTO")
    }
    // Every server has a config drive: whether one is asked for makes no difference.
    _ = try body.optionalMember("config_drive").map { (field) throws(RoostError) in
      field.value == "" ? false : try field.asBool(lenient: true)
    }
  }

  private static func image(_ body: JSONReader) throws(RoostError) -> ImageID {
    guard let field = try body.optionalMember("imageRef"), field.value != "" else {
      throw RoostError(
        .badRequest, "Missing imageRef attribute: servers boot from an image's UUID.",
        field: "server.imageRef")
    }
    return try field.asID()
  }

  /// A flavor's id: text, a number, or the URL of old clients, that ends with it.
  private static func flavor(_ body: JSONReader) throws(RoostError) -> String {
    let field = try body.member("flavorRef")
    if let number = field.value.int { return String(number) }
    let text = try field.asString(maxLength: 1024)
    guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return text }
    return text.split(separator: "/").last.map { String($0) } ?? text
  }

  private static func userData(_ body: JSONReader) throws(RoostError) -> String? {
    guard let field = try body.optionalMember("user_data") else { return nil }
    let text = try field.asString(maxLength: 65_535, allowEmpty: true)
    // Encoders break lines; the guest's drive wants the bytes.
    let joined = text.filter { !$0.isWhitespace }
    guard let bytes = Base64.standard.decode(joined) else {
      throw field.refused("expected base64 of at most 65535 characters")
    }
    return bytes.isEmpty ? nil : joined
  }

  private static func securityGroups(_ body: JSONReader) throws(RoostError) -> [String] {
    var names: [String] = []
    for group in try body.optionalArray("security_groups", maxCount: 64) ?? [] {
      try group.refuseUnknown(allowed: ["name"])
      let name = try group.string("name")
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// `zone`, or an administrator's `zone:host` and `zone:host:node`.
  private static func readPlace(_ body: JSONReader, into draft: inout ServerDraft)
    throws(RoostError)
  {
    if let field = try body.optionalMember("availability_zone") {
      let parts = try field.asString().split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 3 else {
        throw field.refused("expected a zone, zone:host or zone:host:node")
      }
      draft.availabilityZone = parts[0].isEmpty ? nil : String(parts[0])
      draft.host = parts.dropFirst().first { !$0.isEmpty }.map { String($0) }
    }
    for key in ["host", "hypervisor_hostname"] {
      guard let field = try body.optionalMember(key) else { continue }
      let name = try field.asString()
      guard draft.host == nil || draft.host == name else {
        throw field.refused("the request already names the host \(draft.host ?? "")")
      }
      draft.host = name
    }
  }

  private static func readCounts(_ body: JSONReader, into draft: inout ServerDraft)
    throws(RoostError)
  {
    let most = Int64(Int32.max)
    let least = try body.optionalInteger("min_count", in: 1...most, lenient: true) ?? 1
    let largest = try body.optionalInteger("max_count", in: 1...most, lenient: true) ?? least
    guard least <= largest else {
      throw RoostError(
        .badRequest, "min_count must be <= max_count: got \(least) and \(largest).",
        field: "server.min_count")
    }
    (draft.minimumCount, draft.maximumCount) = (least, largest)
  }
}
