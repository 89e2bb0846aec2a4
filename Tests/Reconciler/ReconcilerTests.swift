// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Images
import Journal
import NodeProtocol
import Reconciler
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) final class ReconcilerTests {
  let instance = InstanceID.random(from: SystemRandomness())
  let port = PortID.random(from: SystemRandomness())

  @Test func createsReportsAndRemoves() async throws {
    let node = try FakeNode()
    try await node.running {
      _ = try await node.reconciler.apply([
        node.desired(self.instance, .running, 1, port: self.port)
      ])
      let up = await node.observation(self.instance) { $0.phase == .settled }
      #expect(up.observation.powerState == 1)
      #expect(up.observation.machineType == "pc-i440fx-7.2")
      #expect(node.hypervisor.calls == ["define", "start"])
      #expect(try await node.journal.entry(self.instance)?.booted == true)

      _ = try await node.reconciler.apply([node.desired(self.instance, .absent, 2)])
      let gone = await node.observation(self.instance) { $0.phase == .gone }
      #expect(node.hypervisor.held(self.instance) == nil)
      #expect(node.network.taps.withLock { $0.isEmpty })
      #expect(try await node.disks.survey().isEmpty)
      #expect(try await node.reconciler.held().count == 1, "kept until acknowledged")
      try await node.reconciler.acknowledge([gone])
      #expect(try await node.reconciler.held().isEmpty)
    }
  }

  @Test func aRestartFindsEverythingInPlaceAndDoesNothing() async throws {
    let node = try FakeNode()
    try await node.running {
      _ = try await node.reconciler.apply([
        node.desired(self.instance, .running, 1, port: self.port)
      ])
      _ = await node.observation(self.instance) { $0.phase == .settled }
    }
    let calls = node.hypervisor.calls
    let next = try FakeNode(after: node)
    try await next.running {
      let told = await next.observation(self.instance) { $0.phase == .settled }
      #expect(told.observation.powerState == 1)
    }
    #expect(next.hypervisor.calls == calls)
  }

  @Test func aGuestThatPowersOffIsReportedAndLeftOff() async throws {
    let node = try FakeNode()
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 1)])
      _ = await node.observation(self.instance) { $0.phase == .settled }
      node.hypervisor.become(self.instance, .shutdown)
      _ = await node.observation(self.instance) { $0.phase == .settled && $0.powerState == 4 }
    }
    let next = try FakeNode(after: node)
    try await next.running {
      _ = await next.observation(self.instance) { $0.phase == .settled && $0.powerState == 4 }
    }
    #expect(node.hypervisor.calls == ["define", "start"])
  }

  @Test func whatIsAwayIsReportedAsWorkingAndTriedAgain() async throws {
    let node = try FakeNode()
    let away = RoostError(.unavailable, "libvirt is being restarted")
    node.hypervisor.fail("define", with: away, away, away, away, away, away)
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 1)])
      let told = await node.observation(self.instance) { $0.phase != .working || $0.failure != "" }
      if told.observation.phase == .working {
        #expect(told.observation.step == "defineDomain")
        #expect(told.observation.failure == "libvirt is being restarted")
      }
      _ = await node.observation(self.instance) { $0.phase == .settled }
    }
    #expect(node.hypervisor.calls.filter { $0 == "define" }.count == 7)
  }

  @Test(arguments: ["domains", "define", "start", "destroy", "undefine"])
  func aLibvirtdThatIsAwayOnlyDelays(call: String) async throws {
    let node = try FakeNode()
    let away = RoostError(.unavailable, "The hypervisor does not answer.")
    node.hypervisor.fail(call, with: away, away, away, away, away, away, away)
    try await node.running {
      _ = try await node.reconciler.apply([
        node.desired(self.instance, .running, 1, port: self.port)
      ])
      _ = await node.observation(self.instance) { $0.phase == .settled }
      _ = try await node.reconciler.apply([node.desired(self.instance, .absent, 2)])
      let gone = await node.observation(self.instance) { $0.phase == .gone }
      #expect(gone.observation.failure == "")
      #expect(node.network.taps.withLock { $0.isEmpty })
      #expect(try await node.disks.survey().isEmpty)
    }
    #expect(node.hypervisor.state.withLock { $0.failures[call]?.count } == 0)
  }

  @Test func aCreateThatCannotBeCleansUpAndSaysWhy() async throws {
    let node = try FakeNode()
    node.hypervisor.fail("define", with: RoostError(.badRequest, "no such machine"))
    try await node.running {
      _ = try await node.reconciler.apply([
        node.desired(self.instance, .running, 1, port: self.port)
      ])
      let told = await node.observation(self.instance) { $0.phase == .failed }
      #expect(told.observation.failure == "no such machine")
      #expect(node.network.taps.withLock { $0.isEmpty })
      #expect(try await node.disks.survey().isEmpty)
    }
    // The verdict outlives the agent: nothing is tried behind the controller's back.
    let calls = node.hypervisor.calls
    let next = try FakeNode(after: node)
    try await next.running {
      _ = await next.observation(self.instance) { $0.phase == .failed }
    }
    #expect(node.hypervisor.calls == calls)
  }

  @Test func aGuestThatRanIsNeverGivenUp() async throws {
    let node = try FakeNode()
    let broken = RoostError(.internal, "no bridge yet")
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 1)])
      _ = await node.observation(self.instance) { $0.phase == .settled }
      let calls = node.hypervisor.calls.count
      node.hypervisor.fail("define", with: broken, broken, broken, broken, broken, broken)
      try await node.hypervisor.undefine(self.instance)
      node.hypervisor.tell(.connected)
      _ = await node.observation(self.instance) { $0.phase == .settled && $0.powerState == 4 }
      #expect(node.hypervisor.calls.count == calls + 8, "an undefine and seven defines")
      #expect(try await node.journal.entry(self.instance)?.failure == nil)
    }
  }

  @Test func aLookThatFailsGivesNothingUp() async throws {
    let node = try FakeNode()
    let odd = RoostError(.internal, "not XML")
    node.hypervisor.fail("domains", with: odd, odd, odd, odd, odd, odd, odd, odd)
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 1)])
      _ = await node.observation(self.instance) { $0.phase == .settled }
    }
    #expect(node.hypervisor.calls == ["define", "start"])
  }

  @Test func aNodeThatLostItsDisksDoesNotPutEmptyOnesInTheirPlace() async throws {
    let node = try FakeNode()
    try await node.running {
      var desired = try node.desired(self.instance, .running, 1)
      desired.launched = true
      _ = try await node.reconciler.apply([desired])
      let told = await node.observation(self.instance) { $0.phase == .failed }
      #expect(told.observation.failure == "The instance's root disk is missing on its node.")
    }
    #expect(node.hypervisor.calls == [])
  }

  @Test func aCorruptImageFailsTheCreate() async throws {
    let corrupt = RoostError(.badRequest, "The image is corrupt.")
    let node = try FakeNode(sourceFailure: corrupt)
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 1)])
      let told = await node.observation(self.instance) { $0.phase == .failed }
      #expect(told.observation.failure == "The image is corrupt.")
    }
    #expect(node.hypervisor.calls.isEmpty)
  }

  @Test func orphansAndOthersAreNotTouchedByAnEmptyListOrAnything() async throws {
    let node = try FakeNode()
    let orphan = InstanceID.random(from: SystemRandomness())
    try await node.hypervisor.define(
      DomainSpec(
        instance: orphan, generation: Generation(epoch: 1, number: 1),
        node: .random(from: SystemRandomness()), name: "orphan", vcpus: 1, memoryMB: 64,
        consoleLogPath: "/tmp/none"))
    try await node.hypervisor.start(orphan, paused: false)
    try await node.running {
      #expect(try await node.reconciler.apply([]).isEmpty)
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 1)])
      _ = await node.observation(self.instance) { $0.phase == .settled }
      _ = try await node.reconciler.apply([node.desired(self.instance, .absent, 2)])
      _ = await node.observation(self.instance) { $0.phase == .gone }
    }
    #expect(node.hypervisor.held(orphan)?.active == true)
  }

  @Test func revokingWhatWasNeverHereIsGoneAtOnce() async throws {
    let node = try FakeNode()
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .absent, 1)])
      let gone = await node.observation(self.instance) { $0.phase == .gone }
      try await node.reconciler.acknowledge([gone])
      #expect(try await node.reconciler.held().isEmpty)
      // Told anew after it was forgotten, it is new.
      _ = try await node.reconciler.apply([node.desired(self.instance, .running, 2)])
      _ = await node.observation(self.instance) { $0.phase == .settled }
    }
  }

  @Test func whatIsPostedTooLateIsNotToldForEver() async throws {
    let node = try FakeNode()
    try await node.running {
      _ = try await node.reconciler.apply([node.desired(self.instance, .absent, 1)])
      let gone = await node.observation(self.instance) { $0.phase == .gone }
      try await node.reconciler.acknowledge([gone])
      node.reconciler.board.post(gone.observation)
      let late = node.reconciler.board.pending(limit: 1)
      #expect(late.count == 1)
      try await node.reconciler.acknowledge(late)
      node.reconciler.board.take(recorded: [])
      #expect(node.reconciler.board.pending(limit: 1).isEmpty)
    }
  }

  @Test func twentyAtOnceAllSettle() async throws {
    let node = try FakeNode()
    let ids = (0..<20).map { _ in InstanceID.random(from: SystemRandomness()) }
    try await node.running {
      _ = try await node.reconciler.apply(
        ids.map { try node.desired($0, .running, 1, port: .random(from: SystemRandomness())) })
      for id in ids { _ = await node.observation(id) { $0.phase == .settled } }
    }
    #expect(node.network.taps.withLock { $0.count } == 20)
  }
}
