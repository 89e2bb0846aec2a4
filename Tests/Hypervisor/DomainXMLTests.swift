// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Hypervisor

@Suite struct DomainXMLTests {
  @Test func rendersEveryPart() throws {
    let xml = DomainXML.render(try sampleSpec(), virtualization: .kvm)
    #expect(xml == expected)
  }

  @Test func changesTypeAndCPUUnderTCG() throws {
    let xml = DomainXML.render(try sampleSpec(), virtualization: .qemu)
    #expect(xml.hasPrefix("<domain type='qemu'>\n"))
    #expect(xml.contains("<cpu mode='maximum'>"))
    #expect(!xml.contains("host-model"))
  }

  @Test func keepsAPinnedMachineType() throws {
    var spec = try sampleSpec()
    spec.machineType = "pc-i440fx-6.2"
    #expect(
      DomainXML.render(spec, virtualization: .kvm)
        .contains("<type arch='x86_64' machine='pc-i440fx-6.2'>hvm</type>"))
  }

  @Test func leavesThePageCacheInWhereDirectFails() throws {
    var spec = try sampleSpec()
    spec.disks[0].direct = false
    let xml = DomainXML.render(spec, virtualization: .kvm)
    #expect(xml.contains("<driver name='qemu' type='qcow2' cache='writeback' discard='unmap'/>"))
  }

  @Test func namesDisksAsTheKernelDoes() throws {
    var spec = try sampleSpec()
    spec.disks = Array(repeating: spec.disks[1], count: 28)
    let xml = DomainXML.render(spec, virtualization: .kvm)
    #expect(xml.contains("dev='vdz'"))
    #expect(xml.contains("dev='vdaa'"))
    #expect(xml.contains("dev='vdab'"))
  }

  /// Whatever a user or a path holds, the parser gives back the same and nothing beside it.
  @Test(arguments: [
    "a<b>&amp;]]>'\"", "</title><os/>", "tab\tand\u{1}control", "smörgåsbord 🌻", "", "\u{FFFE}x",
  ])
  func escapesValues(_ odd: String) throws {
    var spec = try sampleSpec()
    spec.name = odd
    spec.disks[0].path = "/disks/\(odd)\n"
    spec.consoleLogPath = "/log/\(odd)"
    let root = try XMLNode.parse(DomainXML.render(spec, virtualization: .kvm), what: "it")
    let shown = String(
      odd.unicodeScalars.map { scalar -> Character in
        switch scalar {
        case "\u{1}", "\u{FFFE}": "\u{FFFD}"
        default: Character(scalar)
        }
      })
    let disk = root.child("devices")?.all("disk").first
    #expect(disk?.child("source")?["file"] == "/disks/\(shown)\n")
    #expect(root.child("devices", "serial", "log")?["file"] == "/log/\(shown)")
    #expect(root.all("os").count == 1)
    let title = root.child("title")?.text ?? ""
    #expect(!title.unicodeScalars.contains { $0.value < 0x20 })
  }

  private let expected = """
    <domain type='kvm'>
      <name>roost-6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11</name>
      <uuid>6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11</uuid>
      <title>web &amp; mail</title>
      <metadata>
        <roost:instance xmlns:roost='urn:roost:instance:1' \
    id='6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11' node='0b1c9a52-75a5-4a8a-9a3e-0c9f5c0b8d22' \
    epoch='1' number='7' role='owner'/>
      </metadata>
      <memory unit='MiB'>512</memory>
      <vcpu placement='static'>2</vcpu>
      <os>
        <type arch='x86_64' machine='pc'>hvm</type>
        <boot dev='hd'/>
      </os>
      <features>
        <acpi/>
        <apic/>
      </features>
      <cpu mode='host-model' check='partial'/>
      <clock offset='utc'>
        <timer name='rtc' tickpolicy='catchup'/>
        <timer name='pit' tickpolicy='delay'/>
        <timer name='hpet' present='no'/>
      </clock>
      <on_poweroff>destroy</on_poweroff>
      <on_reboot>restart</on_reboot>
      <on_crash>destroy</on_crash>
      <devices>
        <controller type='usb' model='none'/>
        <disk type='file' device='disk'>
          <driver name='qemu' type='qcow2' cache='none' discard='unmap'/>
          <source file='/var/lib/roost/agent/disks/root.qcow2'/>
          <backingStore type='file'>
            <format type='raw'/>
            <source file='/var/lib/roost/agent/images/base'/>
            <backingStore/>
          </backingStore>
          <target dev='vda' bus='virtio'/>
        </disk>
        <disk type='file' device='disk'>
          <driver name='qemu' type='raw' cache='none'/>
          <source file='/var/lib/roost/agent/disks/config.iso'/>
          <backingStore/>
          <target dev='vdb' bus='virtio'/>
          <readonly/>
        </disk>
        <interface type='ethernet'>
          <mac address='fa:16:3e:00:00:01'/>
          <target dev='tap6f0c2a4e-3a' managed='no'/>
          <model type='virtio'/>
          <mtu size='1450'/>
        </interface>
        <serial type='pty'>
          <log file='/var/lib/roost/agent/console.log' append='on'/>
          <target type='isa-serial' port='0'/>
        </serial>
        <channel type='unix'>
          <source mode='bind'/>
          <target type='virtio' name='org.qemu.guest_agent.0'/>
        </channel>
        <memballoon model='virtio'/>
        <rng model='virtio'>
          <backend model='random'>/dev/urandom</backend>
        </rng>
      </devices>
    </domain>

    """
}

func sampleSpec() throws -> DomainSpec {
  DomainSpec(
    instance: try #require(InstanceID("6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11")),
    generation: Generation(epoch: 1, number: 7),
    node: try #require(NodeID("0b1c9a52-75a5-4a8a-9a3e-0c9f5c0b8d22")),
    name: "web & mail", vcpus: 2, memoryMB: 512,
    disks: [
      .init(
        path: "/var/lib/roost/agent/disks/root.qcow2", format: .qcow2,
        backing: .init(path: "/var/lib/roost/agent/images/base", format: .raw)),
      .init(path: "/var/lib/roost/agent/disks/config.iso", format: .raw, readOnly: true),
    ],
    interfaces: [
      .init(tap: "tap6f0c2a4e-3a", macAddress: "fa:16:3e:00:00:01", mtu: 1450)
    ],
    consoleLogPath: "/var/lib/roost/agent/console.log")
}
