// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Log
import Scratch
import Synchronization
import Testing
import Wire

/// A CA and all that it signs, in a folder that goes with it.
final class TestFleet: Sendable {
  let log = CapturingSink()
  private let folder: TemporaryFolder
  private let disk = SystemDisk()

  init() throws { folder = try TemporaryFolder() }

  /// The CA's certificate.
  var authority: String { folder.file("ca.crt") }

  /// - Parameters:
  ///   - trusting: another CA's certificate to trust instead of this one's.
  ///   - issuedAt: what the CA's clock shows when it signs.
  ///   - showsAuthority: see `TLSCredentials`.
  func credentials(
    _ subject: CertificateSubject, trusting: String? = nil,
    issuedAt clock: any Clock = SystemClock(), showsAuthority: Bool = false
  ) throws -> TLSCredentials {
    try TLSCredentials(
      try material(subject, trusting: trusting, issuedAt: clock), showsAuthority: showsAuthority)
  }

  func material(
    _ subject: CertificateSubject, trusting: String? = nil,
    issuedAt clock: any Clock = SystemClock()
  ) throws -> TLSMaterial {
    let chance = SystemRandomness()
    if try disk.size(of: folder.file("ca.key")) == nil {
      try CertificateAuthority.create(
        in: folder.path, disk: disk, clock: SystemClock(), randomness: chance)
    }
    let issued = try CertificateAuthority(
      folder: folder.path, disk: disk, clock: clock, randomness: chance
    ).issue(subject, hosts: ["127.0.0.1"])
    let name = folder.file("\(NodeID.random(from: chance))")
    try disk.replace(name + ".crt", with: issued.certificate, mode: 0o600)
    try disk.replace(name + ".key", with: issued.key.exposed, mode: 0o600)
    return try TLSMaterial(
      certificate: name + ".crt", key: name + ".key", authorities: trusting ?? authority, disk: disk
    )
  }

  func network(
    _ subject: CertificateSubject, _ loop: EventLoop, trusting: String? = nil,
    clock: any Clock = SystemClock()
  ) throws -> TLSNetwork {
    TLSNetwork(
      try credentials(subject, trusting: trusting), loop: loop, clock: clock, software: "test/1",
      log: Logger(log, threshold: .debug))
  }

  /// Runs `body` against a listening controller, or whoever passes for one.
  func withListener(
    as subject: CertificateSubject = .controller, clock: any Clock = SystemClock(),
    serving service: any WireService = Echo(),
    admission: any PeerAdmission = CertificatesOnly(), showsAuthority: Bool = true,
    credentials: (any CredentialSource)? = nil,
    _ body: @Sendable (EventLoop, _ address: String) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let shown =
      if let credentials { credentials } else {
        try self.credentials(subject, showsAuthority: showsAuthority) as any CredentialSource
      }
    let controller = TLSNetwork(
      shown, loop: loop, clock: clock, software: "test/1", log: Logger(log, threshold: .debug),
      admission: admission)
    let (addresses, bound) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await controller.listen(
          on: "127.0.0.1:0", service: service, bound: { bound.yield($0) },
          accepted: { peer in _ = await peer.closed() })
      }
      for await address in addresses {
        try await body(loop, address)
        break
      }
      group.cancelAll()
    }
  }

  /// Expects that an honest agent is served.
  func expectService(_ loop: EventLoop, _ address: String) async throws {
    let agent = try network(.node(.random(from: SystemRandomness())), loop)
    let peer = try await agent.dial(address, service: Echo())
    let reply = try await peer.call("t/Echo", [1], timeout: .seconds(30))
    #expect(reply == [1])
    await peer.close(reason: "enough")
  }
}

/// Time that passes as it does until it is quickened, and five times as fast from then on.
final class QuickenedClock: Clock {
  private static let pace: UInt64 = 5
  private let system = SystemClock()
  private let turn = Mutex<UInt64?>(nil)

  /// From now on.
  func quicken() {
    let now = system.uptime.nanoseconds
    turn.withLock { $0 = $0 ?? now }
  }

  var now: Timestamp { system.now }
  var uptime: Uptime {
    let time = system.uptime.nanoseconds
    guard let turn = turn.withLock({ $0 }) else { return Uptime(nanoseconds: time) }
    return Uptime(nanoseconds: turn + (time - turn) * Self.pace)
  }

  /// Looks often, for the pace may change meanwhile.
  func sleep(until deadline: Uptime) async throws {
    while uptime < deadline { try await system.sleep(for: .milliseconds(50)) }
  }
}

/// Civil time that stands still.
struct FrozenClock: Clock {
  let now: Timestamp
  var uptime: Uptime { SystemClock().uptime }

  func sleep(until deadline: Uptime) async throws { try await SystemClock().sleep(until: deadline) }
}
