// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Scratch

/// A guest that is a boot sector: it greets on its serial console and halts.
struct TestGuest {
  static let greeting = "booted from vda\r\n"
  let spec: DomainSpec

  /// Makes its disks and its tap.
  init(_ libvirtd: PrivateLibvirtd, generation: UInt64 = 1) throws {
    let instance = InstanceID.random(from: SystemRandomness())
    let base = "\(libvirtd.folder)/\(instance).base"
    let root = "\(libvirtd.folder)/\(instance).qcow2"
    let config = "\(libvirtd.folder)/\(instance).config"
    let tap = "tap" + "\(instance)".prefix(11)
    let disk = SystemDisk()
    try disk.replace(base, with: Self.bootSector, mode: 0o644)
    try disk.replace(config, with: [UInt8](repeating: 0, count: 1 << 20), mode: 0o644)
    try command(
      "/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", root, "8M")
    try command(
      "/usr/sbin/ip", "-n", libvirtd.namespace, "tuntap", "add", tap, "mode", "tap", "vnet_hdr")
    spec = DomainSpec(
      instance: instance, generation: Generation(epoch: 1, number: generation),
      node: .random(from: SystemRandomness()), name: "greeter <1>", vcpus: 1, memoryMB: 64,
      disks: [
        .init(path: root, format: .qcow2, backing: .init(path: base, format: .raw), direct: false),
        .init(path: config, format: .raw, readOnly: true, direct: false),
      ],
      interfaces: [.init(tap: tap, macAddress: "fa:16:3e:00:00:01", mtu: 1450)],
      consoleLogPath: "\(libvirtd.folder)/\(instance).log")
  }

  private static let bootSector: [UInt8] = {
    var sector: [UInt8] = [
      0xFA, 0x31, 0xC0, 0x8E, 0xD8,  // cli; ds = 0
      0xBE, 0x16, 0x7C, 0xBA, 0xF8, 0x03,  // si = greeting; dx = COM1
      0xAC, 0x84, 0xC0, 0x74, 0x03, 0xEE, 0xEB, 0xF8,  // until the byte is 0: out
      0xF4, 0xEB, 0xFD,  // hlt for ever
    ]
    sector += Array(greeting.utf8)
    sector += [UInt8](repeating: 0, count: 510 - sector.count)
    return sector + [0x55, 0xAA]
  }()
}
