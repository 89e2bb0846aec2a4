// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import NodeProtocol

/// What the node is told to make of a server. Pure.
func guestSpecification(
  of instance: Instance, image: CloudModel.Image, content: ImageContent, publicKey: String?,
  zone: String, interfaces: [GuestInterface]
) throws(RoostError) -> InstanceSpec {
  let options = try GuestOptions(instance.flavor.extraSpecs)
  var spec = InstanceSpec()
  spec.name = instance.name
  spec.hostName = instance.hostName
  spec.vcpus = UInt32(clamping: instance.flavor.size.vcpus)
  spec.memoryMB = UInt64(clamping: instance.flavor.size.memoryMB)
  spec.rootGB = UInt64(clamping: instance.flavor.size.rootGB)
  spec.image.id = image.id
  spec.image.diskFormat = image.diskFormat ?? ""
  spec.image.sha256 = content.sha256
  spec.image.sizeBytes = UInt64(clamping: content.size)
  spec.ports = interfaces.map(portSpecification)
  spec.configDrive.files =
    ConfigDriveFiles(
      instance: instance, publicKey: publicKey, zone: zone, interfaces: interfaces
    ).files
  spec.paused = options.startsPaused
  spec.startOrder = options.startOrder
  spec.staysOffAfterReboot = options.staysOffAfterReboot
  return spec
}

private func portSpecification(_ interface: GuestInterface) -> NodeProtocol.Port {
  var port = NodeProtocol.Port()
  port.id = interface.port.id
  port.macAddress = interface.port.macAddress.description
  port.physicalNetwork = interface.network.physicalNetwork
  port.mtu = UInt32(clamping: interface.network.mtu)
  port.networkID = interface.network.id
  for fixed in interface.port.addresses {
    guard let subnet = interface.subnet(of: fixed) else { continue }
    var address = NodeProtocol.FixedAddress()
    address.address = fixed.address.description
    address.prefixLength = UInt32(subnet.cidr.prefixLength)
    address.gateway = subnet.gateway?.description ?? ""
    address.subnetID = subnet.id
    port.addresses.append(address)
    for server in subnet.dnsServers where !port.dnsServers.contains(server) {
      port.dnsServers.append(server)
    }
  }
  return port
}
