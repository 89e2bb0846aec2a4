// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Simulation
import Switch
import Synchronization
import TestSupport
import Testing

/// Parts that are slow, fail, hang or lie as told.
@Suite(.timeLimit(.minutes(5)))
struct BehaviourTests {
  private let clock = TestClock()

  private func host(_ behaviours: Behaviours, seed: UInt64 = 1) -> SimulatedHypervisor {
    SimulatedHypervisor(
      offer: .simulated(),
      conduct: Conduct(
        behaviours, clock: clock, randomness: SeededRandomness(seed: seed)))
  }

  private func definition(_ host: SimulatedHypervisor) -> DomainSpec {
    DomainSpec(
      instance: numbered(1), generation: Generation(epoch: 1, number: 1), node: numbered(2),
      name: "guest", vcpus: 1, memoryMB: 64, consoleLogPath: "/log")
  }

  @Test func theSameSeedHasTheSameFates() {
    let behaviour = Behaviour(
      latency: .milliseconds(1)...(.milliseconds(90)), failures: 2000, hangs: 1000, lies: 500)
    func fates(_ seed: UInt64) -> [Fate] {
      let random = SeededRandomness(seed: seed)
      return (0..<4000).map { _ in behaviour.fate(random) }
    }
    #expect(fates(5) == fates(5))
    #expect(fates(5) != fates(6))
    let outcomes = fates(5).map(\.outcome)
    for (outcome, share) in [
      (Fate.Outcome.refused(.internal), 800), (.never, 400), (.lie, 200), (.done, 2600),
    ] {
      #expect((share * 8 / 10...share * 12 / 10).contains(outcomes.filter { $0 == outcome }.count))
    }
    #expect(fates(5).allSatisfy { (.milliseconds(1)...(.milliseconds(90))).contains($0.wait) })
  }

  @Test func aSlowCallTakesItsTime() async throws {
    let host = host(
      Behaviours(special: [
        "hypervisor.define": Behaviour(latency: .seconds(3)...(.seconds(3)))
      ]))
    let spec = definition(host)
    let defining = Task { try await host.define(spec) }
    await clock.untilSomebodySleeps(within: .seconds(3))
    #expect(host.host.domain(spec.instance) == nil)
    clock.advance(by: .seconds(3))
    try await defining.value
    #expect(host.host.domain(spec.instance) != nil)
  }

  @Test func aRefusedCallDoesNothing() async throws {
    let host = host(
      Behaviours(special: [
        "hypervisor.define": Behaviour(failures: 10_000, failure: .conflict)
      ]))
    let spec = definition(host)
    let refused = await #expect(throws: RoostError.self) { try await host.define(spec) }
    #expect(refused?.kind == .conflict)
    #expect(host.host.domains.isEmpty)
    host.conduct.behaviours = Behaviours()
    try await host.define(spec)
    #expect(host.host.domains.count == 1)
    #expect(host.conduct.calls(of: "hypervisor.define") == 2)
  }

  @Test func aHungCallEndsAtItsDeadline() async throws {
    let host = host(Behaviours(special: ["switch.ports": Behaviour(hangs: 10_000)]))
    let looking = Task { try await host.ports() }
    await clock.untilSomebodySleeps(within: .seconds(30))
    clock.advance(by: .seconds(30))
    let late = await #expect(throws: RoostError.self) { try await looking.value }
    #expect(late?.kind == .deadlineExceeded)
  }

  @Test func aLieSaysDoneAndIsNot() async throws {
    let host = host(
      Behaviours(special: [
        "hypervisor.start": Behaviour(lies: 10_000), "switch.plug": Behaviour(lies: 10_000),
      ]))
    let spec = definition(host)
    try await host.define(spec)
    try await host.start(spec.instance, paused: false)
    try await host.plug(PortSpec(id: numbered(3), physicalNetwork: "physnet0", mtu: 1500))
    #expect(try await host.domain(spec.instance)?.active == false)
    #expect(try await host.ports().isEmpty)
    host.conduct.behaviours = Behaviours(special: ["hypervisor.domain": Behaviour(lies: 10_000)])
    try await host.start(spec.instance, paused: false)
    #expect(try await host.domain(spec.instance) == nil)
    #expect(host.host.domain(spec.instance)?.active == true)
  }

  @Test func aHostThatIsAwayAnswersNothingAndSaysWhenItIsBack() async throws {
    let host = host(Behaviours())
    var events = host.events().makeAsyncIterator()
    #expect(await events.next() == .connected)
    try await host.define(definition(host))
    host.setAway("libvirtd is gone")
    #expect(await events.next() == .disconnected(reason: "libvirtd is gone"))
    let refused = await #expect(throws: RoostError.self) { try await host.domains() }
    #expect(refused?.kind == .unavailable)
    host.setAway(nil)
    #expect(await events.next() == .connected)
    #expect(try await host.domains().count == 1)
  }

  @Test func aWitnessSeesBothSidesOfACallAndOneOfARefusal() async throws {
    let host = host(
      Behaviours(special: ["hypervisor.undefine": Behaviour(failures: 10_000)]))
    let spec = definition(host)
    let seen = Mutex<[String]>([])
    host.conduct.onCall = { operation, moment in
      let count = host.host.domains.count
      seen.withLock { $0.append("\(moment) \(operation): \(count)") }
    }
    try await host.define(spec)
    await #expect(throws: RoostError.self) { try await host.undefine(spec.instance) }
    #expect(
      seen.withLock(\.self) == [
        "before hypervisor.define: 0", "after hypervisor.define: 1",
        "before hypervisor.undefine: 1",
      ])
  }

  @Test(arguments: Conduct.Moment.allCases)
  func aCallerThatDiesInACallLeavesItUndoneOrDone(_ death: Conduct.Moment) async throws {
    let host = host(Behaviours())
    host.conduct.onCall = { (_, moment) throws(RoostError) in
      if moment == death { throw RoostError(.unavailable, "The process has been killed.") }
    }
    let spec = definition(host)
    await #expect(throws: RoostError.self) { try await host.define(spec) }
    #expect(host.host.domains.count == (death == .before ? 0 : 1))
    let hasRun = Mutex(false)
    await #expect(throws: RoostError.self) {
      try await SimulatedLane(host.conduct).run("disks.work", timeout: .seconds(1)) {
        hasRun.withLock { $0 = true }
      }
    }
    #expect(hasRun.withLock(\.self) == (death == .after))
  }
}
