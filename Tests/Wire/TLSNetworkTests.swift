// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Glibc
import Log
import Synchronization
import Testing
import Wire

/// Says back what it is told, and whom it was told by.
private struct Echo: WireService {
  func serve(
    _ method: String, _ request: [UInt8], from peer: any WirePeer
  ) async throws(WireStatus) -> [UInt8] {
    switch method {
    case "t/Echo": return request
    case "t/Who": return Array("\(peer.identity.node?.description ?? "controller")".utf8)
    case "t/Slow":
      try? await SystemClock().sleep(for: .seconds(60))
      return []
    default: throw WireStatus(.unimplemented, method)
    }
  }
}

@Suite final class TLSNetworkTests: Sendable {
  let folder = "/tmp/roost-wire-\(NodeID.random(from: SystemRandomness()))"
  let disk = SystemDisk()
  let node = NodeID.random(from: SystemRandomness())
  let log = CapturingSink()

  deinit { for name in names { unlink("\(folder)/\(name)") }; rmdir(folder) }

  private var names: [String] { (try? disk.list(folder)) ?? [] }

  private func network(
    _ subject: CertificateSubject, _ loop: EventLoop, trusting: String? = nil
  ) throws -> TLSNetwork {
    let clock = SystemClock()
    let chance = SystemRandomness()
    if try disk.size(of: "\(folder)/ca.key") == nil {
      try CertificateAuthority.create(in: folder, disk: disk, clock: clock, randomness: chance)
    }
    let authority = try CertificateAuthority(
      folder: folder, disk: disk, clock: clock, randomness: chance)
    let issued = try authority.issue(subject, hosts: ["127.0.0.1"])
    let name = "\(folder)/\(NodeID.random(from: chance))"
    try disk.replace(name + ".crt", with: issued.certificate, mode: 0o600)
    try disk.replace(name + ".key", with: issued.key.exposed, mode: 0o600)
    let credentials = try TLSCredentials(
      certificate: name + ".crt", key: name + ".key", authority: trusting ?? "\(folder)/ca.crt")
    return TLSNetwork(
      credentials, loop: loop, clock: clock, software: "test/1",
      log: Logger(log, threshold: .debug))
  }

  /// Runs `body` against a listening controller.
  private func withListener(
    _ body: @Sendable (TLSNetwork, EventLoop, String) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let controller = try network(.controller, loop)
    let (addresses, bound) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await controller.listen(
          on: "127.0.0.1:0", service: Echo(), bound: { bound.yield($0) },
          accepted: { peer in _ = await peer.closed() })
      }
      for await address in addresses {
        try await body(controller, loop, address)
        break
      }
      group.cancelAll()
    }
  }

  @Test func callsOverMutualTLS() async throws {
    try await withListener { [self] _, loop, address in
      let agent = try network(.node(node), loop)
      let peer = try await agent.dial(address, service: Echo())
      #expect(peer.identity == PeerIdentity(role: .controller, node: nil))
      let large = [UInt8](repeating: 7, count: 3 << 20)
      #expect(try await peer.call("t/Echo", large, timeout: .seconds(30)) == large)
      let who = try await peer.call("t/Who", [], timeout: .seconds(30))
      #expect(String(decoding: who, as: UTF8.self) == node.description)
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
    try await withListener { [self] _, loop, address in
      let foreign = TLSNetworkTests()
      // Trusts the real CA, but shows a certificate of its own.
      let stranger = try foreign.network(
        .node(node), loop, trusting: "\(folder)/ca.crt")
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
      let agent = try network(.node(node), loop)
      let peer = try await agent.dial(address, service: Echo())
      #expect(try await peer.call("t/Echo", [1], timeout: .seconds(30)) == [1])
      #expect(log.records.contains { $0.text.contains("not of this fleet's CA") })
    }
  }

  @Test func aControllersCertificateIsNoNodes() async throws {
    try await withListener { [self] _, loop, address in
      let impostor = try network(.controller, loop)
      let peer = try? await impostor.dial(address, service: Echo())
      let reply = try? await peer?.call("t/Echo", [1], timeout: .seconds(10))
      #expect(reply == nil)
    }
  }

  @Test func saysWhenNobodyListens() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let agent = try network(.node(node), loop)
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
