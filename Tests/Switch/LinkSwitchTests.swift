// SPDX-License-Identifier: Apache-2.0

import Base
import Lanes
import Log
import Scratch
import Switch
import Testing

/// The real kernel in a namespace of its own. Needs root, as the agent does.
@Suite final class LinkSwitchTests {
  let namespace: TemporaryNamespace
  let lane = Lane(name: "switch")
  let sut: LinkSwitch
  let port = PortID.random(from: SystemRandomness())

  init() throws {
    namespace = try TemporaryNamespace()
    sut = LinkSwitch(
      networks: [
        PhysicalNetwork(name: "physnet0", bridge: "br0", create: true),
        PhysicalNetwork(name: "theirs", bridge: "br1", create: false),
      ], namespace: namespace.name, lane: lane, log: .silent)
  }

  deinit { lane.stop() }

  func spec(_ network: String = "physnet0", mtu: UInt32 = 1450) -> PortSpec {
    PortSpec(id: port, physicalNetwork: network, mtu: mtu)
  }

  @Test func plugsOntoABridgeItMakes() async throws {
    try await sut.plug(spec())
    let expected = ObservedTap(
      name: LinkNames.tap(of: port), port: port, bridge: "br0", mtu: 1450, up: true)
    #expect(try await sut.ports() == [expected])
    #expect(try namespace.ip("link", "show", "br0").contains("roost:bridge:physnet0"))
    #expect(try namespace.ip("link", "show", "br0").contains("UP"))
  }

  @Test func pluggingTwiceIsHarmlessAndPutsRight() async throws {
    try await sut.plug(spec())
    try namespace.ip("link", "set", LinkNames.tap(of: port), "nomaster", "down", "mtu", "1300")
    try await sut.plug(spec())
    try await sut.plug(spec())
    let taps = try await sut.ports()
    #expect(taps.count == 1)
    #expect(taps.first?.bridge == "br0")
    #expect(taps.first?.mtu == 1450)
    #expect(taps.first?.up == true)
  }

  @Test func unplugsAndUnplugsWhatIsAbsent() async throws {
    try await sut.unplug(port)
    try await sut.plug(spec())
    try await sut.unplug(port)
    try await sut.unplug(port)
    #expect(try await sut.ports().isEmpty)
    #expect(!namespace.has(LinkNames.tap(of: port)))
    #expect(namespace.has("br0"))
  }

  @Test func leavesAForeignTapOfThatNameAlone() async throws {
    let name = LinkNames.tap(of: port)
    try namespace.ip("tuntap", "add", name, "mode", "tap")
    await #expect { try await sut.plug(self.spec()) } throws: {
      ($0 as? RoostError)?.kind == .conflict
    }
    try await sut.unplug(port)
    #expect(namespace.has(name))
    #expect(try await sut.ports().isEmpty)
  }

  @Test func finishesWhatACrashLeftUnfinished() async throws {
    let unfinished = "rnew" + port.description.prefix(11)
    try namespace.ip("tuntap", "add", unfinished, "mode", "tap")
    try await sut.plug(spec())
    #expect(!namespace.has(unfinished))
    try namespace.ip("tuntap", "add", unfinished, "mode", "tap")
    try namespace.ip("link", "add", "rnewer", "type", "bridge")
    try await sut.recover()
    #expect(!namespace.has(unfinished))
    #expect(namespace.has("rnewer"))
    #expect(try await sut.ports().count == 1)
  }

  @Test func usesButNeverMakesAnOperatorsBridge() async throws {
    await #expect { try await sut.plug(self.spec("theirs")) } throws: {
      ($0 as? RoostError)?.kind == .notFound
    }
    try namespace.ip("link", "add", "br1", "type", "bridge")
    try await sut.plug(spec("theirs"))
    #expect(try await sut.ports().first?.bridge == "br1")
    #expect(try namespace.ip("link", "show", "br1").contains("state DOWN"))
  }

  @Test func refusesUnknownNetworksOddMTUsAndWhatIsNoBridge() async throws {
    for bad in [spec("elsewhere"), spec(mtu: 67), spec(mtu: 65536)] {
      await #expect { try await sut.plug(bad) } throws: {
        ($0 as? RoostError)?.kind == .badRequest
      }
    }
    try namespace.ip("tuntap", "add", "br0", "mode", "tap")
    await #expect { try await sut.ensureBridge("physnet0") } throws: {
      ($0 as? RoostError)?.kind == .conflict
    }
    #expect(namespace.has("br0"))
  }

  @Test func saysWhichNamespaceIsMissing() async throws {
    let lane = Lane(name: "switch")
    defer { lane.stop() }
    let lost = LinkSwitch(networks: [], namespace: "roost-none", lane: lane, log: .silent)
    await #expect { try await lost.ports() } throws: {
      ($0 as? RoostError)?.user == "The network namespace roost-none can't be opened."
    }
  }
}
