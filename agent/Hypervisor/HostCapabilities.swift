// SPDX-License-Identifier: Apache-2.0

import Base

/// What libvirt's capabilities document says of the host.
/// <https://libvirt.org/formatcaps.html>
struct HostCapabilities: Sendable, Hashable {
  var architecture: String
  var cpuModel: String
  var cpuVendor: String
  var numaNodes: [HostInventory.NUMANode]
  /// Whether a core runs more than one thread.
  var hyperthreading: Bool

  init(xml: String) throws(RoostError) {
    let root = try XMLNode.parse(xml, what: "libvirt's capabilities")
    let cpu = root.child("host", "cpu")
    architecture = cpu?.child("arch")?.text ?? ""
    cpuModel = cpu?.child("model")?.text ?? ""
    cpuVendor = cpu?.child("vendor")?.text ?? ""
    hyperthreading = cpu?.child("topology")?["threads"].flatMap { UInt32($0) } ?? 1 > 1
    let cells = root.child("host", "topology", "cells")?.all("cell") ?? []
    numaNodes = cells.compactMap(Self.node).sorted { $0.id < $1.id }
  }

  /// A node without CPUs is memory that hangs on the bus; nothing can be placed on it.
  private static func node(_ cell: XMLNode) -> HostInventory.NUMANode? {
    guard let id = cell["id"].flatMap({ UInt32($0) }), let memory = cell.child("memory") else {
      return nil
    }
    let cpus = cell.child("cpus")?.all("cpu").compactMap { $0["id"].flatMap { UInt32($0) } } ?? []
    guard !cpus.isEmpty, memory["unit"] == nil || memory["unit"] == "KiB",
      let kibibytes = UInt64(memory.text)
    else { return nil }
    return HostInventory.NUMANode(id: id, cpus: cpus.sorted(), memoryMB: kibibytes / 1024)
  }
}

/// What libvirt's domain capabilities say of guests' CPUs.
/// <https://libvirt.org/formatdomaincaps.html>
struct GuestCPU: Sendable, Hashable {
  /// The model that `host-model` stands for.
  var model: String
  /// A `<cpu>` element that describes it, for libvirt to expand.
  var description: String

  /// Nil when libvirt can't describe a host model here.
  init?(domainCapabilities xml: String) throws(RoostError) {
    let root = try XMLNode.parse(xml, what: "libvirt's domain capabilities")
    guard
      let mode = root.child("cpu")?.all("mode").first(where: { $0["name"] == "host-model" }),
      mode["supported"] == "yes", let model = mode.child("model")?.text
    else { return nil }
    self.model = model
    var parts = [XMLElement("model", ["fallback": "forbid"], text: model)]
    if let vendor = mode.child("vendor")?.text { parts.append(XMLElement("vendor", text: vendor)) }
    for feature in mode.all("feature") {
      parts.append(
        XMLElement("feature", ["policy": feature["policy"], "name": feature["name"]]))
    }
    description = XMLElement("cpu", ["mode": "custom", "match": "exact"], parts).rendered()
  }

  /// The features that a fully expanded `<cpu>` element requires.
  static func features(expanded xml: String) throws(RoostError) -> [String] {
    try XMLNode.parse(xml, what: "libvirt's CPU baseline").all("feature")
      .filter { $0["policy"] != "disable" }.compactMap { $0["name"] }
  }
}
