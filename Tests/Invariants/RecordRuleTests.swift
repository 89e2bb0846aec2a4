// SPDX-License-Identifier: Apache-2.0

import Base
import Invariants
import Testing

/// Each way of breaking a record gives exactly the finding that names it.
struct RecordRuleTests {
  private func findings(_ change: (inout FleetRecords) -> Void) -> [Finding.Kind] {
    var fleet = Fleet()
    change(&fleet.records)
    return fleet.records.findings().map(\.kind)
  }

  @Test func aCleanFleetHasNone() {
    #expect(Fleet().findings == [])
    #expect(FleetRecords().findings() == [])
  }

  @Test func aClaimNeedsItsServerOnThatNode() {
    let stray = AllocationRecord(
      instance: numbered(99), node: numbered(1), amount: Amount("VCPU", 1))
    #expect(findings { $0.allocations.append(stray) } == [.allocationWithoutInstance])
    #expect(
      findings {
        $0.allocations.append(
          AllocationRecord(instance: numbered(11), node: numbered(2), amount: Amount("VCPU", 1)))
      } == [.allocationWithoutInstance])
    // A server that holds nothing of any node claims nothing.
    #expect(
      findings {
        $0.instances.append(InstanceRecord(id: numbered(99), node: nil, needs: []))
        $0.allocations.append(stray)
      } == [.allocationWithoutInstance])
  }

  @Test func aServerClaimsWhatItsFlavorNeeds() {
    #expect(findings { $0.allocations.remove(at: 0) } == [.allocationMissing])
    #expect(findings { $0.allocations[0].amount.amount = 2 } == [.allocationDiffers])
    #expect(findings { $0.allocations.append($0.allocations[0]) } == [.allocationDiffers])
    #expect(findings { $0.instances[0].needs.append(Amount("DISK_GB", 0)) } == [])
    #expect(findings { $0.instances[0].needs.append(Amount("DISK_GB", 1)) } == [.allocationMissing])
  }

  @Test func aNodePromisesNoMoreThanItMay() {
    #expect(findings { $0.nodes[0].capacities[1].capacity = 512 } == [])
    #expect(findings { $0.nodes[0].capacities[1].capacity = 511.5 } == [.nodeOverCapacity])
  }

  @Test func aServerAndWhatItsNodeWasToldGoTogether() {
    #expect(findings { $0.desired.remove(at: 0) } == [.desiredMissing])
    #expect(
      findings {
        $0.desired.append(
          DesiredStateRecord(
            instance: numbered(11), node: numbered(2), generation: .zero, isAbsent: false,
            isSettled: false))
      } == [.desiredWithoutInstance])
    // A revocation outlives the server's stay on the node.
    #expect(
      findings {
        $0.desired.append(
          DesiredStateRecord(
            instance: numbered(99), node: numbered(2), generation: .zero, isAbsent: true,
            isSettled: false))
      } == [])
  }

  @Test func anAddressHasOneHolderInItsSubnet() {
    #expect(findings { $0.ports[0].addresses[0].address = "10.0.0.2" } == [.addressTwice])
    #expect(
      findings {
        $0.ports[0].addresses[0].address = "10.0.0.2"
        $0.ports[0].addresses[0].subnet = numbered(41)
      } == [])
    #expect(findings { $0.ports[0].addresses[0].isInSubnet = false } == [.addressOutsideSubnet])
  }

  @Test func aBoundPortHasItsServer() {
    #expect(findings { $0.ports[0].instance = numbered(99) } == [.portWithoutInstance])
    #expect(findings { $0.ports[0].instance = nil } == [])
  }

  @Test func findingsNameWhatTheyAreAbout() throws {
    var fleet = Fleet()
    fleet.records.allocations[0].amount.amount = 2
    let finding = try #require(fleet.findings.first)
    #expect(finding.node == numbered(1) && finding.instance == numbered(11))
    #expect(finding.text.contains("needs VCPU 1") && finding.text.contains("[2]"))
  }
}
