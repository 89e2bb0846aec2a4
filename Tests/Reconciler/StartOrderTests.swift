// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Journal
import NodeProtocol
import Testing

@testable import Reconciler

@Suite(.timeLimit(.minutes(10))) struct StartOrderTests {
  /// A guest that ran before the reboot.
  private func entry(_ number: UInt8, order: UInt32 = 100) -> JournalEntry {
    let text = "00000000-0000-0000-0000-00000000000\(number)"
    var entry = JournalEntry(
      instance: InstanceID(text) ?? .zero,
      generation: Generation(epoch: 1, number: 1), target: .running, booted: true,
      startedIn: "last boot", power: PowerState.running.rawValue)
    entry.spec.startOrder = order
    return entry
  }

  private func order(_ entries: [JournalEntry], limit: Int) -> StartOrder {
    StartOrder(entries, bootID: "this boot", limit: limit)
  }

  @Test func priorityComesFirstAndIdsDecideAmongEquals() {
    let entries = [entry(3), entry(1), entry(9, order: 5), entry(2), entry(4, order: 200)]
    var starts = order(entries, limit: 1)
    var turns: [InstanceID] = []
    var next = entries[2].instance
    while true {
      turns.append(next)
      guard let following = starts.leave(next).first else { break }
      next = following
    }
    #expect(turns == [entry(9), entry(1), entry(2), entry(3), entry(4)].map(\.instance))
  }

  @Test func soManyGetTheirTurnTogether() {
    let entries = (1...5).map { entry($0) }
    var starts = order(entries, limit: 2)
    #expect(starts.waiting == entries[2...].map(\.instance))
    #expect(starts.leave(entries[1].instance) == [entries[2].instance])
    // One that goes while it waits takes nobody's turn and gives none.
    #expect(starts.leave(entries[4].instance) == [])
    #expect(starts.leave(entries[0].instance) == [entries[3].instance])
    #expect(starts.leave(entries[0].instance) == [])
    #expect(starts.waiting == [])
  }

  @Test func onlyWhatTheRebootTookDownIsInLine() {
    var off = entry(1)
    off.power = PowerState.shutdown.rawValue
    var stopped = entry(2)
    stopped.target = .stopped
    var revoked = entry(3)
    revoked.target = .absent
    var fresh = entry(4)
    fresh.startedIn = nil
    var up = entry(5)
    up.startedIn = "this boot"
    var stays = entry(6)
    stays.spec.staysOffAfterReboot = true
    let starts = order([off, stopped, revoked, fresh, up, stays, entry(7), entry(8)], limit: 1)
    #expect(starts.waiting == [entry(8).instance])
  }

  @Test func guestsComeBackInOrderOneAtATime() async throws {
    let node = try FakeNode()
    let guests: [(InstanceID, UInt32)] = (1...4).map { number in
      (entry(number).instance, number == 3 ? 1 : 100)
    }
    try await node.running {
      for (instance, order) in guests {
        var desired = try node.desired(instance, .running, 1)
        desired.spec?.startOrder = order
        _ = try await node.reconciler.apply([desired])
        _ = await node.observation(instance) { $0.phase == .settled }
      }
    }
    node.hypervisor.forgetCalls()
    for (instance, _) in guests { node.hypervisor.become(instance, .shutdown) }
    // The one that should be first can't start; it holds up nobody.
    node.hypervisor.fail("start", with: RoostError(.internal, "not yet"))
    let next = try FakeNode(after: node, bootID: "next boot", startLimit: 1)
    try await next.running {
      for (instance, _) in guests {
        _ = await next.observation(instance) { $0.phase == .settled && $0.powerState == 1 }
      }
    }
    let started = next.hypervisor.started
    let inTurn = [guests[2].0, guests[0].0, guests[1].0, guests[3].0]
    #expect(started.first == guests[2].0)
    #expect(started.filter { $0 != guests[2].0 } == Array(inTurn.dropFirst()))
    #expect(started.filter { $0 == guests[2].0 }.count == 2)
  }

  @Test func aGuestThatIsToStayOffIsReportedAsOff() async throws {
    let node = try FakeNode()
    let instance = entry(1).instance
    try await node.running {
      var desired = try node.desired(instance, .running, 1)
      desired.spec?.staysOffAfterReboot = true
      _ = try await node.reconciler.apply([desired])
      _ = await node.observation(instance) { $0.phase == .settled }
    }
    node.hypervisor.become(instance, .shutdown)
    node.hypervisor.forgetCalls()
    let next = try FakeNode(after: node, bootID: "next boot")
    try await next.running {
      let told = await next.observation(instance) { $0.phase == .settled }
      #expect(told.observation.powerState == PowerState.shutdown.rawValue)
    }
    #expect(next.hypervisor.started == [])
  }

  @Test func whatIsToldAnewWaitsForNobody() async throws {
    let node = try FakeNode()
    let (first, second) = (entry(1).instance, entry(2).instance)
    try await node.running {
      for instance in [first, second] {
        _ = try await node.reconciler.apply([node.desired(instance, .running, 1)])
        _ = await node.observation(instance) { $0.phase == .settled }
      }
    }
    for instance in [first, second] { node.hypervisor.become(instance, .shutdown) }
    // The first keeps its turn as long as the hypervisor is away; a revocation need not wait.
    let next = try FakeNode(after: node, bootID: "next boot", startLimit: 1)
    next.hypervisor.isAway(for: first)
    try await next.running {
      _ = try await next.reconciler.apply([node.desired(second, .absent, 2)])
      _ = await next.observation(second) { $0.phase == .gone }
      next.hypervisor.isAway(for: nil)
      _ = await next.observation(first) { $0.phase == .settled && $0.powerState == 1 }
    }
  }
}
