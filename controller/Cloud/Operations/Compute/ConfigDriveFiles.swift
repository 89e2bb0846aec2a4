// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Crypto
import JSON
import NodeProtocol

/// A port with what its addresses mean.
struct GuestInterface: Sendable, Hashable {
  let port: CloudModel.Port
  let network: Network
  /// The subnets that its addresses are of.
  let subnets: [Subnet]

  func subnet(of fixed: CloudModel.FixedAddress) -> Subnet? {
    subnets.first { $0.id == fixed.subnet }
  }
}

/// What the guest reads at its first boot: OpenStack's metadata format, and the EC2 one beside it
/// as far as cloud-init asks for it. Pure.
///
/// Source: nova/api/metadata/base.py and the schema of network_data.json in nova's documentation.
struct ConfigDriveFiles {
  let instance: Instance
  let publicKey: String?
  let zone: String
  let interfaces: [GuestInterface]

  /// Paths below the drive's root with their contents.
  var files: [ConfigDrive.File] {
    var files = [
      file("openstack/latest/meta_data.json", metaData.encoded),
      file("openstack/latest/network_data.json", networkData.encoded),
      file("openstack/latest/vendor_data.json", Array("{}".utf8)),
      file("ec2/latest/meta-data.json", ec2MetaData.encoded),
    ]
    if let userData = instance.userData.flatMap(Base64.standard.decode) {
      files.append(file("openstack/latest/user_data", userData))
      files.append(file("ec2/latest/user-data", userData))
    }
    return files
  }

  private func file(_ path: String, _ content: [UInt8]) -> ConfigDrive.File {
    var file = ConfigDrive.File()
    file.path = path
    file.content = content
    return file
  }

  private var metaData: JSONValue {
    var meta: JSONValue = [
      "uuid": .string(instance.id.description),
      "name": .string(instance.name),
      "hostname": .string(instance.hostName),
      "availability_zone": .string(zone),
      "launch_index": .integer(instance.launchIndex),
      "project_id": .string(instance.project.hex),
      "devices": [],
      "meta": .object(JSONObject(instance.metadata)),
    ]
    if let key = publicKey, let name = instance.keyName, case .object(var object) = meta {
      object["public_keys"] = [name: .string(key)]
      object["keys"] = [["name": .string(name), "type": "ssh", "data": .string(key)]]
      meta = .object(object)
    }
    return meta
  }

  private var networkData: JSONValue {
    var networks: [JSONValue] = []
    for interface in interfaces {
      for fixed in interface.port.addresses {
        guard let subnet = interface.subnet(of: fixed) else { continue }
        networks.append(network(fixed, subnet, interface, number: networks.count))
      }
    }
    let servers = interfaces.flatMap(\.subnets).flatMap(\.dnsServers)
    return [
      "links": .array(interfaces.map(link)), "networks": .array(networks),
      "services": services(servers.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }),
    ]
  }

  private func link(_ interface: GuestInterface) -> JSONValue {
    [
      "id": .string(interface.port.tapName), "vif_id": .string(interface.port.id.description),
      "type": "bridge", "mtu": .integer(interface.network.mtu),
      "ethernet_mac_address": .string(interface.port.macAddress.description),
    ]
  }

  private func network(
    _ fixed: CloudModel.FixedAddress, _ subnet: Subnet, _ interface: GuestInterface, number: Int
  ) -> JSONValue {
    let family = subnet.cidr.family
    var routes: [JSONValue] = []
    if let gateway = subnet.gateway {
      let any = IPAddress(family, 0).description
      routes.append(
        ["network": .string(any), "netmask": .string(any), "gateway": .string("\(gateway)")])
    }
    for route in subnet.hostRoutes {
      routes.append(
        [
          "network": .string("\(route.destination.network)"),
          "netmask": .string("\(route.destination.netmask)"),
          "gateway": .string("\(route.nextHop)"),
        ])
    }
    return [
      "id": .string("network\(number)"), "type": .string("ipv\(family.rawValue)"),
      "link": .string(interface.port.tapName),
      "ip_address": .string("\(fixed.address)"), "netmask": .string("\(subnet.cidr.netmask)"),
      "routes": .array(routes),
      "network_id": .string(interface.network.id.description),
      "services": services(subnet.dnsServers),
    ]
  }

  private func services(_ servers: [String]) -> JSONValue {
    .array(servers.map { ["type": "dns", "address": .string($0)] })
  }

  private var ec2MetaData: JSONValue {
    var object = JSONObject()
    object["instance-id"] = .string(instance.id.description)
    object["hostname"] = .string(instance.hostName)
    object["local-hostname"] = .string(instance.hostName)
    object["placement"] = ["availability-zone": .string(zone)]
    let first = interfaces.flatMap(\.port.addresses).first { $0.address.family == .v4 }
    if let first { object["local-ipv4"] = .string("\(first.address)") }
    if let key = publicKey, let name = instance.keyName {
      object["public-keys"] = ["0": ["_name": .string("0=\(name)"), "openssh-key": .string(key)]]
    }
    return .object(object)
  }
}

extension CIDR {
  /// The mask of the fixed bits, as an address.
  var netmask: IPAddress {
    let hostBits = family.bits - prefixLength
    let high = family.highest
    return IPAddress(family, hostBits == 128 ? 0 : (high >> hostBits) << hostBits)
  }
}

extension JSONObject {
  /// Pairs of text as members.
  init(_ properties: [Property]) {
    self.init()
    for property in properties { self[property.key] = .string(property.value) }
  }
}
