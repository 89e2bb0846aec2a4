// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Log
import Testing
import Wire

@Suite final class TLSNetworkTests: Sendable {
  let fleet: TestFleet

  init() throws { fleet = try TestFleet() }
  let node = NodeID.random(from: SystemRandomness())

  @Test func callsOverMutualTLS() async throws {
    try await fleet.withListener { [fleet, node] loop, address in
      let agent = try fleet.network(.node(node), loop)
      let peer = try await agent.dial(address, service: Echo())
      #expect(peer.identity.role == .controller && peer.identity.node == nil)
      let large = [UInt8](repeating: 7, count: 3 << 20)
      #expect(try await peer.call("t/Echo", large, timeout: .seconds(30)) == large)
      let who = try await peer.call("t/Who", [], timeout: .seconds(30))
      #expect(String(decoding: who, as: UTF8.self) == node.description)
      let place = try await peer.call("t/Where", [], timeout: .seconds(30))
      #expect(String(decoding: place, as: UTF8.self) == "127.0.0.1")
      #expect(peer.address == "127.0.0.1")
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<100 {
          group.addTask {
            let message = [UInt8(number)]
            let reply = try? await peer.call("t/Echo", message, timeout: .seconds(30))
            return reply == message
          }
        }
        for await isRight in group { #expect(isRight) }
      }
      let unknown = await #expect(throws: WireStatus.self) {
        try await peer.call("t/None", [], timeout: .seconds(30))
      }
      #expect(unknown?.code == .unimplemented)
      let late = await #expect(throws: WireStatus.self) {
        try await peer.call("t/Slow", [], timeout: .milliseconds(50))
      }
      #expect(late?.code == .deadlineExceeded)
      await peer.close(reason: "test")
      #expect(await peer.closed() == "test")
    }
  }

  @Test func refusesACertificateOfAnotherAuthority() async throws {
    try await fleet.withListener { [fleet, node] loop, address in
      let foreign = try TestFleet()
      // Trusts the real CA, but shows a certificate of its own.
      let stranger = try foreign.network(
        .node(node), loop, trusting: fleet.authority)
      // TLS 1.3 lets the client finish first; the refusal comes with the first read.
      do {
        let peer = try await stranger.dial(address, service: Echo())
        let status = await #expect(throws: WireStatus.self) {
          try await peer.call("t/Echo", [1], timeout: .seconds(10))
        }
        #expect(status?.code == .unavailable)
      } catch let error as RoostError {
        #expect(error.kind == .unavailable)
      }
      let agent = try fleet.network(.node(node), loop)
      let peer = try await agent.dial(address, service: Echo())
      #expect(try await peer.call("t/Echo", [1], timeout: .seconds(30)) == [1])
      #expect(fleet.log.records.contains { $0.text.contains("not of this fleet's CA") })
    }
  }

  @Test func aControllersCertificateIsNoNodes() async throws {
    try await fleet.withListener { [fleet] loop, address in
      let impostor = try fleet.network(.controller, loop)
      let peer = try? await impostor.dial(address, service: Echo())
      let reply = try? await peer?.call("t/Echo", [1], timeout: .seconds(10))
      #expect(reply == nil)
    }
  }

  @Test func saysWhenNobodyListens() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let agent = try fleet.network(.node(node), loop)
    let error = await #expect(throws: RoostError.self) {
      try await agent.dial("127.0.0.1:1", service: Echo())
    }
    #expect(error?.kind == .unavailable)
    let malformed = await #expect(throws: RoostError.self) {
      try await agent.dial("nowhere", service: Echo())
    }
    #expect(malformed?.kind == .badRequest)
  }
}
