// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import HTTPServer
import JSON

/// A server in the API. What it shows depends on the microversion and on who asks.
///
/// Source: nova/api/openstack/compute/views/servers.py.
struct ServerShape {
  /// Which of Nova's answers holds the server.
  enum Place {
    /// `GET /servers/{id}`.
    case shown
    /// `GET /servers/detail`, which leaves the server's groups out.
    case listed
    /// `PUT /servers/{id}`, which is all of it from 2.75 on, and less before.
    case changed
  }

  let context: RequestContext
  let place: Place
  let isAdmin: Bool

  init(_ context: RequestContext, _ place: Place) throws(RoostError) {
    self.context = context
    self.place = place
    isAdmin = try context.caller().isAdmin
  }

  private var isWhole: Bool { place != .changed || context.serves(75) }

  /// A server as `GET /servers` lists it.
  static func writeName(
    _ json: inout JSONWriter, _ server: Instance, _ context: RequestContext
  ) {
    json.field("id", server.id)
    json.field("name", server.name)
    json.links("servers/\(server.id)", context)
  }

  func write(_ json: inout JSONWriter, _ view: ServerView) {
    let server = view.instance
    json.field("id", server.id)
    json.field("name", server.name)
    json.field("status", server.status.rawValue)
    json.field("tenant_id", server.project.hex)
    json.field("user_id", server.user.hex)
    json.field("created", server.createdAt.iso8601)
    json.field("updated", server.updatedAt.iso8601)
    json.field("hostId", hostID(view))
    // Nova hides the addresses of a server that is being built.
    json.object("addresses") { json in
      guard server.vmState != .building else { return }
      writeAddresses(&json, view.addresses, extended: isWhole)
    }
    writeEmbeddedFlavor(&json, server.flavor, context)
    writeImage(&json, server)
    json.links("servers/\(server.id)", context)
    json.properties("metadata", server.metadata)
    json.field("accessIPv4", "")
    json.field("accessIPv6", "")
    json.field("OS-DCF:diskConfig", "MANUAL")
    if [.active, .build].contains(server.status) { json.field("progress", server.progress) }
    writeFault(&json, server)
    if isWhole { writeExtensions(&json, view) }
    writeLaterFields(&json, view)
  }

  private func writeImage(_ json: inout JSONWriter, _ server: Instance) {
    json.object("image") { json in
      json.field("id", server.image)
      json.links(("bookmark", context.bookmark("images/\(server.image)")))
      if context.serves(98) { json.properties("properties", server.imageProperties) }
    }
  }

  private func writeFault(_ json: inout JSONWriter, _ server: Instance) {
    guard let fault = server.fault, [.error, .deleted].contains(server.status) else { return }
    json.object("fault") {
      $0.field("code", fault.code)
      $0.field("created", fault.createdAt.iso8601)
      $0.field("message", fault.message)
      if !fault.details.isEmpty, isAdmin || fault.code != 500 {
        $0.field("details", fault.details)
      }
    }
  }

  /// What once were extensions, with their prefixes.
  private func writeExtensions(_ json: inout JSONWriter, _ view: ServerView) {
    let server = view.instance
    json.field("OS-EXT-AZ:availability_zone", view.zone ?? "")
    json.field("config_drive", server.hasConfigDrive ? "True" : "")
    json.field("key_name", server.keyName)
    json.field("OS-SRV-USG:launched_at", server.launchedAt?.iso8601Zoneless)
    json.field("OS-SRV-USG:terminated_at", server.terminatedAt?.iso8601Zoneless)
    if !view.securityGroups.isEmpty {
      json.array("security_groups") { json in
        for group in view.securityGroups { json.object { $0.field("name", group) } }
      }
    }
    if isAdmin { writeAttributes(&json, view) }
    json.field("OS-EXT-STS:task_state", server.taskState?.rawValue)
    json.field("OS-EXT-STS:vm_state", server.vmState.rawValue)
    json.field("OS-EXT-STS:power_state", server.powerState.rawValue)
    json.array("os-extended-volumes:volumes_attached") { _ in }
    if isAdmin, context.serves(16) { json.field("host_status", view.hostStatus) }
    if context.serves(96) { json.field("pinned_availability_zone", server.requestedZone) }
  }

  private func writeAttributes(_ json: inout JSONWriter, _ view: ServerView) {
    let server = view.instance
    json.field("OS-EXT-SRV-ATTR:host", view.host)
    json.field("OS-EXT-SRV-ATTR:instance_name", server.domainName)
    json.field("OS-EXT-SRV-ATTR:hypervisor_hostname", view.host)
    guard context.serves(3) else { return }
    json.field("OS-EXT-SRV-ATTR:hostname", server.hostName)
    json.field("OS-EXT-SRV-ATTR:kernel_id", "")
    json.field("OS-EXT-SRV-ATTR:launch_index", server.launchIndex)
    json.field("OS-EXT-SRV-ATTR:ramdisk_id", "")
    json.field("OS-EXT-SRV-ATTR:reservation_id", server.reservationID)
    json.field("OS-EXT-SRV-ATTR:root_device_name", "/dev/vda")
    json.field("OS-EXT-SRV-ATTR:user_data", server.userData)
  }

  /// What came without prefixes, with later microversions.
  private func writeLaterFields(_ json: inout JSONWriter, _ view: ServerView) {
    if context.serves(9) { json.field("locked", false) }
    if context.serves(19) { json.field("description", view.instance.description) }
    if context.serves(26) { json.array("tags") { _ in } }
    if context.serves(63) { json.null("trusted_image_certificates") }
    if context.serves(71), place != .listed { json.array("server_groups") { _ in } }
    if context.serves(73) { json.null("locked_reason") }
    if context.serves(90), !(isAdmin && isWhole) {
      json.field("OS-EXT-SRV-ATTR:hostname", view.instance.hostName)
    }
    if context.serves(100) { json.object("scheduler_hints") { _ in } }
  }

  /// A name for the server's host that tells a project which of its servers share one, and no more.
  private func hostID(_ view: ServerView) -> String { opaqueHost(view.host, view.instance.project) }
}

/// A host's name hidden in a hash with a project's, as long as Nova's; empty without a host.
func opaqueHost(_ host: String?, _ project: ProjectID) -> String {
  guard let host, let hash = try? Digest.hex(.sha256, Array((project.hex + host).utf8)) else {
    return ""
  }
  return String(hash.prefix(56))
}

/// Addresses under their networks' names, in the order of the guest's interfaces.
func writeAddresses(
  _ json: inout JSONWriter, _ addresses: [ServerView.Address], extended: Bool
) {
  var names: [String] = []
  for address in addresses where !names.contains(address.network) { names.append(address.network) }
  for name in names {
    json.array(name) { json in
      for address in addresses where address.network == name {
        json.object {
          $0.field("version", address.address.family.rawValue)
          $0.field("addr", "\(address.address)")
          guard extended else { return }
          $0.field("OS-EXT-IPS:type", "fixed")
          $0.field("OS-EXT-IPS-MAC:mac_addr", "\(address.macAddress)")
        }
      }
    }
  }
}

extension ServerView {
  /// Nova's word for what is known of the server's host.
  var hostStatus: String {
    guard let hostState else { return "" }
    if isHostOpen == false { return "MAINTENANCE" }
    return hostState == .up ? "UP" : "UNKNOWN"
  }
}
