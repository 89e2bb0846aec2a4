// SPDX-License-Identifier: Apache-2.0

import Base
import Contracts
import Hypervisor
import Scratch
import Simulation
import Switch
import Testing

/// A host on the other side of a socket.
@Suite(.timeLimit(.minutes(5)))
struct RemoteHostTests {
  private let folder: TemporaryFolder
  private let host = SimulatedHypervisor(
    offer: .simulated(),
    conduct: Conduct(clock: SystemClock(), randomness: SeededRandomness()))

  init() throws { folder = try TemporaryFolder() }

  private func withRemote(_ body: (RemoteHost) async throws -> Void) async throws {
    let remote = RemoteHost(
      at: folder.file("host"), offer: .simulated(), clock: SystemClock())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await HostServer(host, at: folder.file("host")).run() }
      group.addTask { await remote.run() }
      for await event in remote.events() where event == .connected { break }
      try await body(remote)
      group.cancelAll()
    }
  }

  @Test func itIsAHypervisor() async throws {
    let random = SystemRandomness()
    try await withRemote { remote in
      try await requireHypervisorContract(
        remote,
        DomainSpec(
          instance: .random(from: random), generation: Generation(epoch: 3, number: 4),
          node: .random(from: random), name: "guest", vcpus: 1, memoryMB: 64,
          interfaces: [
            DomainSpec.Interface(tap: "tap-1", macAddress: "fa:16:3e:00:00:01", mtu: 1500)
          ], consoleLogPath: "/log"))
    }
  }

  @Test func tapsAreOverThere() async throws {
    let port = PortSpec(
      id: .random(from: SystemRandomness()), physicalNetwork: "physnet0", mtu: 9000)
    try await withRemote { remote in
      try await remote.plug(port)
      try await remote.plug(port)
      #expect(try await remote.ports() == host.host.taps)
      #expect(host.host.taps.map(\.port) == [port.id])
      try await remote.unplug(port.id)
      try await remote.unplug(port.id)
      #expect(host.host.taps.isEmpty)
    }
  }

  @Test func itIsToldHowToBehave() async throws {
    try await withRemote { remote in
      try await remote.behave("hypervisor.domains", Behaviour(failures: 10_000))
      let refused = await #expect(throws: RoostError.self) { try await remote.domains() }
      #expect(refused?.kind == .internal)
      try await remote.behave("hypervisor.domains", Behaviour())
      #expect(try await remote.domains().isEmpty)
    }
  }
}
