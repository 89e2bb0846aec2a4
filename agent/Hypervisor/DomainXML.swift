// SPDX-License-Identifier: Apache-2.0

/// libvirt's description of a guest. <https://libvirt.org/formatdomain.html>
public enum DomainXML {
  /// The definition of `domain` for a host that runs guests by `virtualization`.
  public static func render(_ domain: DomainSpec, virtualization: Virtualization.Kind) -> String {
    let title = titleText(domain.name)
    return XMLElement(
      "domain", ["type": virtualization.rawValue],
      [
        XMLElement("name", text: domain.domainName),
        XMLElement("uuid", text: "\(domain.instance)"),
      ] + (title.isEmpty ? [] : [XMLElement("title", text: title)]) + [
        XMLElement("metadata", [:], [DomainMetadata(domain).element]),
        XMLElement("memory", ["unit": "MiB"], text: "\(domain.memoryMB)"),
        XMLElement("vcpu", ["placement": "static"], text: "\(domain.vcpus)"),
        XMLElement(
          "os", [:],
          [
            XMLElement(
              "type", ["arch": "x86_64", "machine": domain.machineType ?? "pc"], text: "hvm"),
            XMLElement("boot", ["dev": "hd"]),
          ]),
        XMLElement("features", [:], [XMLElement("acpi"), XMLElement("apic")]),
        cpu(virtualization),
        clock,
        XMLElement("on_poweroff", text: "destroy"),
        XMLElement("on_reboot", text: "restart"),
        XMLElement("on_crash", text: "destroy"),
        XMLElement("devices", [:], DeviceXML.elements(of: domain)),
      ]
    ).rendered()
  }

  /// Under KVM the host's own model, which libvirt expands and keeps for the guest's life. TCG
  /// offers all that it can do, save 5-level page tables: they only make its page walks longer.
  private static func cpu(_ virtualization: Virtualization.Kind) -> XMLElement {
    switch virtualization {
    case .kvm:
      XMLElement("cpu", ["mode": "host-model", "check": "partial"])
    case .qemu:
      XMLElement(
        "cpu", ["mode": "maximum"],
        [XMLElement("feature", ["policy": "disable", "name": "la57"])])
    }
  }

  /// Nova's choice of timers: a guest that was held up gets its ticks late rather than never, and
  /// no HPET, which costs host CPU.
  private static let clock = XMLElement(
    "clock", ["offset": "utc"],
    [
      XMLElement("timer", ["name": "rtc", "tickpolicy": "catchup"]),
      XMLElement("timer", ["name": "pit", "tickpolicy": "delay"]),
      XMLElement("timer", ["name": "hpet", "present": "no"]),
    ])

  /// libvirt refuses a title with a line end.
  private static func titleText(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
