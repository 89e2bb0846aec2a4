// SPDX-License-Identifier: Apache-2.0

/// The devices of a guest: virtio wherever there is a choice, no display, no USB.
enum DeviceXML {
  static func elements(of domain: DomainSpec) -> [XMLElement] {
    [XMLElement("controller", ["type": "usb", "model": "none"])]
      + domain.disks.enumerated().map { disk($0.element, at: $0.offset) }
      + domain.interfaces.map(interface)
      + [
        XMLElement(
          "serial", ["type": "pty"],
          [
            XMLElement("log", ["file": domain.consoleLogPath, "append": "on"]),
            XMLElement("target", ["type": "isa-serial", "port": "0"]),
          ]),
        XMLElement(
          "channel", ["type": "unix"],
          [
            XMLElement("source", ["mode": "bind"]),
            XMLElement("target", ["type": "virtio", "name": "org.qemu.guest_agent.0"]),
          ]),
        XMLElement("memballoon", ["model": "virtio"]),
        XMLElement(
          "rng", ["model": "virtio"],
          [XMLElement("backend", ["model": "random"], text: "/dev/urandom")]),
      ]
  }

  private static func disk(_ disk: DomainSpec.Disk, at index: Int) -> XMLElement {
    XMLElement(
      "disk", ["type": "file", "device": "disk"],
      [
        XMLElement(
          "driver",
          [
            "name": "qemu", "type": disk.format.rawValue,
            "cache": disk.direct ? "none" : "writeback",
            "discard": disk.readOnly ? nil : "unmap",
          ]),
        XMLElement("source", ["file": disk.path]),
        backingStore(disk.backing),
        XMLElement("target", ["dev": "vd\(letters(index))", "bus": "virtio"]),
      ] + (disk.readOnly ? [XMLElement("readonly")] : []))
  }

  /// Always written: an absent element makes libvirt follow whatever the image names.
  private static func backingStore(_ backing: DomainSpec.Backing?) -> XMLElement {
    guard let backing else { return XMLElement("backingStore") }
    return XMLElement(
      "backingStore", ["type": "file"],
      [
        XMLElement("format", ["type": backing.format.rawValue]),
        XMLElement("source", ["file": backing.path]),
        XMLElement("backingStore"),
      ])
  }

  /// The tap is the switch's: libvirt only opens it.
  private static func interface(_ interface: DomainSpec.Interface) -> XMLElement {
    XMLElement(
      "interface", ["type": "ethernet"],
      [
        XMLElement("mac", ["address": interface.macAddress]),
        XMLElement("target", ["dev": interface.tap, "managed": "no"]),
        XMLElement("model", ["type": "virtio"]),
        XMLElement("mtu", ["size": "\(interface.mtu)"]),
      ])
  }

  /// a … z, aa, ab, … as the kernel names disks.
  private static func letters(_ index: Int) -> String {
    let last = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index % 26)))
    return index < 26 ? last : letters(index / 26 - 1) + last
  }
}
