// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Hypervisor

@Suite struct ObservedDomainTests {
  private func observe(_ xml: String) throws -> ObservedDomain {
    try ObservedDomain(xml: xml, powerState: .running, active: true, persistent: true)
  }

  @Test func knowsItsOwnAgain() throws {
    let spec = try sampleSpec()
    let seen = try observe(DomainXML.render(spec, virtualization: .kvm))
    #expect(
      seen
        == ObservedDomain(
          instance: spec.instance, name: spec.domainName, uuid: spec.instance.uuid,
          powerState: .running, active: true, generation: spec.generation, node: spec.node,
          role: .owner, machineType: "pc", taps: ["tap6f0c2a4e-3a"]))
  }

  @Test func leavesForeignDomainsWithoutInstance() throws {
    let seen = try observe(
      """
      <domain><name>theirs</name><uuid>11111111-2222-4333-8444-555555555555</uuid>
      <metadata><x:instance xmlns:x='urn:other' id='a'/></metadata>
      <os><type machine='pc-q35-7.2'>hvm</type></os></domain>
      """)
    #expect(seen.instance == nil)
    #expect(seen.generation == nil)
    #expect(seen.name == "theirs")
    #expect(seen.machineType == "pc-q35-7.2")
  }

  @Test func doesNotTakeACopyForTheOriginal() throws {
    let original = DomainXML.render(try sampleSpec(), virtualization: .kvm)
    let copy = original.replacing(
      "<uuid>6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11</uuid>",
      with: "<uuid>11111111-2222-4333-8444-555555555555</uuid>")
    #expect(try observe(copy).instance == nil)
  }

  @Test(arguments: ["", "<domain>", "not xml", "<domain/>", "<domain><name>x</name></domain>"])
  func refusesWhatIsNotADomain(_ xml: String) {
    #expect(throws: RoostError.self) { try observe(xml) }
  }

  @Test func loadsNothingFromElsewhere() throws {
    let xml = """
      <!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
      <domain><name>&secret;x</name><uuid>11111111-2222-4333-8444-555555555555</uuid></domain>
      """
    #expect(try observe(xml).name == "x")
  }

  @Test func boundsSizeAndDepth() {
    let large = "<d>\(String(repeating: "a", count: XMLNode.sizeLimit))</d>"
    #expect(throws: RoostError.self) { try XMLNode.parse(large, what: "it") }
    let deep = String(repeating: "<d>", count: 5000) + String(repeating: "</d>", count: 5000)
    #expect(throws: RoostError.self) { try XMLNode.parse(deep, what: "it") }
  }
}
