// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Log
import NodeProtocol
import Reconciler
import Synchronization
import Testing

@testable import AgentDaemon

/// What the controller is told of a hypervisor that is lost.
extension ControllerSessionTests {
  /// The next heartbeat comes too late to be waited for.
  private static let anHour: UInt32 = 3_600_000

  @Test func aLostHypervisorIsToldAtOnceAndSoIsItsReturn() async throws {
    controller = FakeController(leaseMS: Self.anHour)
    try await running {
      await controller.until { !$0.registrations.isEmpty }
      for (event, told) in [
        (
          HypervisorEvent.disconnected(reason: "libvirtd ended the connection"),
          "libvirtd ended the connection"
        ),
        (.disconnected(reason: "no such file"), "no such file"), (.connected, ""),
        (.disconnected(reason: ""), "no reason is known"),
      ] {
        hypervisor.tell(event)
        await controller.until { $0.heartbeats.last?.hypervisorUnavailable == told }
      }
      #expect(controller.now.registrations.count == 1, "the session goes on")
    }
  }

  @Test func everyHeartbeatSaysIt() async throws {
    try await running {
      await controller.until { !$0.registrations.isEmpty }
      hypervisor.tell(.disconnected(reason: "gone"))
      await controller.until {
        $0.heartbeats.filter { $0.hypervisorUnavailable == "gone" }.count >= 3
      }
    }
  }

  @Test func aHypervisorLostWhileRegisteringIsToldRightAfter() async throws {
    controller = FakeController(leaseMS: Self.anHour)
    let hypervisor = hypervisor
    try await running(inventory: { () async throws(RoostError) in
      hypervisor.tell(.disconnected(reason: "gone"))
      return Inventory()
    }) {
      await controller.until { $0.heartbeats.last?.hypervisorUnavailable == "gone" }
    }
  }

  @Test func theFirstConnectionIsAwaitedInSilence() async throws {
    let (hypervisor, log) = (IdleHypervisor(link: .disconnected(reason: "early")), CapturingSink())
    parts.hypervisor = hypervisor
    parts.log = Logger(log)
    let asked = Mutex<[HypervisorEvent]>([])
    try await running(inventory: { () async throws(RoostError) in
      asked.withLock { $0.append(hypervisor.link) }
      return Inventory()
    }) {
      while !hypervisor.isWatched { await Task.yield() }
      hypervisor.tell(.connected)
      await controller.until { !$0.registrations.isEmpty }
    }
    #expect(asked.withLock { $0 } == [.connected])
    let warnings = log.records.filter { $0.level <= .warning }.map(\.text)
    #expect(!warnings.contains { $0.contains("hypervisor") }, "\(warnings)")
  }

  @Test func aFirstConnectionThatIsLateIsToldOnce() async throws {
    let log = CapturingSink()
    parts.hypervisor = IdleHypervisor(link: .disconnected(reason: "no such file"))
    parts.log = Logger(log)
    parts.clock = LeapingClock()
    try await running {
      while !log.records.contains(where: { $0.level == .warning }) { await Task.yield() }
    }
    let warnings = log.records.filter { $0.level <= .warning }.map(\.text)
    #expect(warnings == ["not registered: the hypervisor does not answer: no such file"])
    #expect(controller.now.registrations.isEmpty)
  }
}
