// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Journal
import NodeProtocol
import Reconciler
import Switch
import Testing

@Suite struct StrangersTests {
  private let randomness = SeededRandomness()
  private let node = NodeID.random(from: SeededRandomness(seed: 2))

  private func domain(
    _ instance: InstanceID, on node: NodeID? = nil, taps: [String] = []
  ) -> ObservedDomain {
    ObservedDomain(
      instance: instance, name: "guest", uuid: instance.uuid, powerState: .running, active: true,
      generation: Generation(epoch: 0, number: 1), node: node ?? self.node, role: .owner,
      machineType: nil, taps: taps)
  }

  private func tap(_ name: String, _ port: PortID) -> ObservedTap {
    ObservedTap(name: name, port: port, bridge: "br", mtu: 1500, up: true)
  }

  private func entry(_ instance: InstanceID, ports: [PortID] = []) -> JournalEntry {
    var spec = InstanceSpec()
    spec.ports = ports.map { id in
      var port = NodeProtocol.Port()
      port.id = id
      return port
    }
    return JournalEntry(
      instance: instance, generation: Generation(epoch: 0, number: 1), target: .running, spec: spec,
      booted: true, power: 1)
  }

  @Test func whatTheJournalKnowsIsNotStrange() {
    let (instance, port) = (InstanceID.random(from: randomness), PortID.random(from: randomness))
    let found = Strangers(
      on: node, journal: [entry(instance, ports: [port])],
      domains: [domain(instance, taps: ["tap1"])], taps: [tap("tap1", port)])
    #expect(found == .none)
  }

  @Test func aGuestOfThisNodeThatItDoesNotKnowIsStrange() {
    let (mine, other) = (InstanceID.random(from: randomness), InstanceID.random(from: randomness))
    let elsewhere = NodeID.random(from: randomness)
    let found = Strangers(
      on: node, journal: [], domains: [domain(mine), domain(other, on: elsewhere)], taps: [])
    #expect(found.guests == [mine])
    #expect(found.subtracting(guests: [mine]) == .none)
  }

  @Test func aTapIsStrangeOnlyWhileNoGuestUsesIt() {
    let (instance, port) = (InstanceID.random(from: randomness), PortID.random(from: randomness))
    let taps = [tap("tap1", port)]
    let used = Strangers(
      on: node, journal: [], domains: [domain(instance, taps: ["tap1"])], taps: taps)
    let unused = Strangers(on: node, journal: [], domains: [], taps: taps)
    #expect(used.taps.isEmpty)
    #expect(unused.taps == [port])
  }

  @Test func onlyWhatIsThereTwiceCounts() {
    let (one, two) = (InstanceID.random(from: randomness), InstanceID.random(from: randomness))
    let before = Strangers(on: node, journal: [], domains: [domain(one)], taps: [])
    let after = Strangers(on: node, journal: [], domains: [domain(two)], taps: [])
    #expect(after.intersection(before) == .none)
  }
}
