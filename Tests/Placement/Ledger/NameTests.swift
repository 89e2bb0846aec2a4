// SPDX-License-Identifier: Apache-2.0

import Base
import Placement
import Testing

struct NameTests {
  @Test(arguments: ["VCPU", "NET_PACKET_RATE_KILOPACKET_PER_SEC", "CUSTOM_A", "CUSTOM_9_", "PCPU"])
  func classesOfTheStandardAndOnesOwn(name: String) {
    #expect(ResourceClass(rawValue: name)?.rawValue == name)
  }

  @Test(arguments: [
    "", "vcpu", "CUSTOM_", "CUSTOM_a", "CUSTOM_Ä", "VCPUS", "CUSTOM_A ", "CUSTOM-A",
  ])
  func otherClassesAreNone(name: String) {
    #expect(ResourceClass(rawValue: name) == nil)
  }

  @Test func namesAreAtMost255Long() {
    #expect(ResourceClass(rawValue: "CUSTOM_" + String(repeating: "A", count: 248)) != nil)
    #expect(ResourceClass(rawValue: "CUSTOM_" + String(repeating: "A", count: 249)) == nil)
    #expect(Trait(rawValue: String(repeating: "A", count: 255)) != nil)
    #expect(Trait(rawValue: String(repeating: "A", count: 256)) == nil)
  }

  @Test func theStandardHasItsTwentyOneClasses() {
    #expect(Set(ResourceClass.standard).count == 21)
    #expect(ResourceClass.standard.allSatisfy { !$0.isCustom })
    #expect(custom("GOLD").isCustom)
  }

  @Test func onlySharedProcessorsArePromisedFourTimes() {
    #expect(ResourceClass.vcpu.initialAllocationRatio == 4)
    #expect(ResourceClass.pcpu.initialAllocationRatio == 1)
    #expect(custom("GOLD").initialAllocationRatio == 1)
  }

  @Test(arguments: ["HW_CPU_X86_AVX2", "CUSTOM_RACK_1", "A"])
  func traits(name: String) {
    #expect(Trait(rawValue: name)?.rawValue == name)
  }

  @Test(arguments: ["", "hw", "!A", "A B", "A,B", "A\n"])
  func otherTraitsAreNone(name: String) {
    #expect(Trait(rawValue: name) == nil)
  }

  @Test func aNodesProviderHasItsUUID() {
    let node: NodeID = id(7)
    let instance: InstanceID = id(8)
    #expect(ProviderID(node).description == node.description)
    #expect(ProviderID(node).node == node)
    #expect(ConsumerID(instance).instance == instance)
  }
}
