// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import NodeProtocol
import TestSupport
import Testing

@testable import Cloud

struct HeldRuleTests {
  private let here: NodeID = numbered(1)
  private let elsewhere: NodeID = numbered(2)
  private let id: InstanceID = numbered(9)

  private func held(_ number: UInt64, _ target: Desired.Target, epoch: UInt64 = 1) -> Held {
    var held = Held()
    held.instanceID = id
    held.generation = Generation(epoch: epoch, number: number)
    held.target = target
    return held
  }

  private func told(_ number: UInt64, _ target: DesiredRecord.Target, on node: NodeID)
    -> DesiredRecord
  {
    DesiredRecord(
      instance: id, node: node, generation: Generation(epoch: 1, number: number), target: target,
      isSettled: true)
  }

  private func instance(_ state: VMState = .active) -> Instance {
    var instance = Instance(
      id: id, project: numbered(1), user: numbered(1), name: "a", description: nil, hostName: "a",
      flavor: Flavor(
        id: "f", name: "f", description: nil,
        size: FlavorSize(vcpus: 1, memoryMB: 1, rootGB: 1, ephemeralGB: 0, swapMB: 0),
        rxtxFactor: 1, isPublic: true, extraSpecs: [], createdAt: TestClock().now, updatedAt: nil),
      image: numbered(1), imageProperties: [], keyName: nil, metadata: [], userData: nil,
      hasConfigDrive: true, requestedZone: nil, reservationID: "r", launchIndex: 0,
      createdAt: TestClock().now)
    instance.vmState = state
    return instance
  }

  private func judge(_ held: Held, _ told: [DesiredRecord], _ instance: Instance?)
    -> HeldRule.Verdict
  {
    HeldRule.judge(held, on: here, told: told, instance: instance, epoch: 2)
  }

  @Test func aNodeThatIsBehindIsTold() {
    for number in [4, 5] as [UInt64] {
      #expect(judge(held(number, .running), [told(5, .stopped, on: here)], instance()) == .keep)
    }
  }

  @Test func aNodeThatIsAheadIsRight() {
    let record = [told(5, .running, on: here)]
    #expect(judge(held(6, .stopped), record, instance()) == .takeOver(.stopped))
    #expect(judge(held(6, .absent), record, instance()) == .takeOver(.absent))
    let stopped = [told(5, .stopped, on: here)]
    #expect(judge(held(6, .running), stopped, instance()) == .takeOver(.running))
    // One that does not say leaves the record's.
    #expect(judge(held(6, .unspecified), stopped, instance()) == .takeOver(.stopped))
  }

  @Test func aRevocationStands() {
    let record = [told(5, .absent, on: here)]
    #expect(judge(held(6, .running), record, instance()) == .takeOver(.absent))
  }

  @Test func whatIsElsewhereIsRevokedOnlyByARecordThatIsNewer() {
    let record = [told(5, .running, on: elsewhere)]
    #expect(judge(held(4, .running), record, instance()) == .revoke)
    #expect(judge(held(6, .running), record, instance()) == .orphan)
    #expect(judge(held(4, .running), [], instance(.error)) == .orphan)
    #expect(judge(held(4, .running, epoch: 2), [], instance(.error)) == .revoke)
  }

  @Test func whatIsDeletedGoesAndWhatIsUnknownStays() {
    #expect(judge(held(4, .running), [], instance(.deleted)) == .revoke)
    #expect(judge(held(4, .running), [], nil) == .orphan)
  }
}
