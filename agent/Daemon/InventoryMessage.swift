// SPDX-License-Identifier: Apache-2.0

import Base
public import Hypervisor
public import NodeProtocol

extension Inventory {
  /// What the node tells the controller about itself.
  ///
  /// - Parameters:
  ///   - disk: bytes on the file system of the instances.
  public init(
    _ host: HostInventory, diskBytes: UInt64, reservedMemoryMB: UInt32, physicalNetworks: [String]
  ) {
    self.init()
    cpus = host.cpus
    memoryMB = host.memoryMB
    diskGB = diskBytes >> 30
    self.reservedMemoryMB = reservedMemoryMB
    numaNodes = host.numaNodes.map { node in
      var message = NumaNode()
      message.id = node.id
      message.cpus = node.cpus
      message.memoryMB = node.memoryMB
      return message
    }
    hypervisorType = host.hypervisorType
    hypervisorVersion = host.hypervisorVersion
    virtualization = host.virtualization.kind.rawValue
    virtualizationReason = host.virtualization.reason
    cpuModel = host.cpuModel
    traits = host.traits
    architecture = host.architecture
    cpuVendor = host.cpuVendor
    self.physicalNetworks = physicalNetworks
  }
}
