// SPDX-License-Identifier: Apache-2.0

import Base
import FoundationEssentials

extension ObservedDomain {
  /// Reads libvirt's description of a domain.
  ///
  /// A domain is Roost's only if its UUID is the instance's: a copy made by an operator carries the
  /// original's metadata under a UUID of its own.
  init(xml: String, powerState: PowerState, active: Bool, persistent: Bool) throws(RoostError) {
    let root = try XMLNode.parse(xml, what: "libvirt's description of a domain")
    guard let name = root.child("name")?.text,
      let uuid = root.child("uuid").flatMap({ UUID(uuidString: $0.text) })
    else {
      throw RoostError(.internal, "libvirt described a domain without a name or UUID.")
    }
    let metadata = DomainMetadata(domain: root).flatMap { $0.instance.uuid == uuid ? $0 : nil }
    self.init(
      instance: metadata?.instance, name: name, uuid: uuid, powerState: powerState,
      active: active, persistent: persistent, generation: metadata?.generation,
      node: metadata?.node, role: metadata?.role,
      machineType: root.child("os", "type")?["machine"],
      taps: root.child("devices")?.all("interface").compactMap { $0.child("target")?["dev"] } ?? [])
  }
}
