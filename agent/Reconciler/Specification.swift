// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Images
import Journal
import NodeProtocol
import Switch

/// Turns what the controller wrote into what the node's parts take.
extension JournalEntry {
  /// The base image. Throws `.badRequest` if there is none or it is malformed.
  func image() throws(RoostError) -> ImageReference {
    let image = spec.image
    guard image != Image() else {
      throw RoostError(.badRequest, "The instance has no image to boot from.")
    }
    return try ImageReference(
      id: image.id, format: image.diskFormat, sha256: image.sha256, sizeBytes: image.sizeBytes)
  }

  /// The files of the config drive.
  var configDriveFiles: [ConfigDriveFile] {
    spec.configDrive.files.map { ConfigDriveFile(path: $0.path, content: $0.content) }
  }

  /// What the switch is told of a port of this instance.
  func port(_ id: PortID) throws(RoostError) -> PortSpec {
    guard let port = spec.ports.first(where: { $0.id == id }) else {
      throw RoostError(.internal, "The port \(id) is not one of instance \(instance).")
    }
    return PortSpec(
      id: id, physicalNetwork: port.physicalNetwork, mtu: port.mtu == 0 ? 1500 : port.mtu)
  }

  /// What the hypervisor is told.
  ///
  /// - Parameter machineType: as an earlier definition pinned it.
  func domain(
    on parts: NodeParts, machineType: String?
  ) throws(RoostError) -> DomainSpec {
    let folder = parts.disks.folder(of: instance)
    let image = try image()
    var disks = [
      DomainSpec.Disk(
        path: folder.disk, format: .qcow2,
        backing: .init(
          path: parts.images.path(of: image), format: image.format == .raw ? .raw : .qcow2),
        direct: parts.directIO)
    ]
    if !spec.configDrive.files.isEmpty {
      disks.append(
        DomainSpec.Disk(
          path: folder.configDrive, format: .raw, readOnly: true, direct: parts.directIO))
    }
    return DomainSpec(
      instance: instance, generation: generation, node: parts.node, name: spec.name,
      vcpus: spec.vcpus, memoryMB: spec.memoryMB, disks: disks,
      interfaces: spec.ports.map {
        DomainSpec.Interface(
          tap: LinkNames.tap(of: $0.id), macAddress: $0.macAddress,
          mtu: $0.mtu == 0 ? 1500 : $0.mtu)
      },
      consoleLogPath: folder.consoleLog, machineType: machineType)
  }
}
