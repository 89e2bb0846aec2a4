// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Glibc
import JSON
import Lanes
import Log
import NodeProtocol
import Processes
import Scratch
import TestSupport
import Wire

@testable import LocalCloud

/// A controller as a process of its own, with a CA, and all that meets it from outside: roostctl, agents
/// that enrol, peers of a test's making. No hypervisor. What waits for a process does so on a lane: other
/// tests need the threads.
final class RunningController: Sendable {
  let folder: TemporaryFolder
  let tree: SourceTree
  let loop: EventLoop
  let address: String
  let logged = CapturingSink()
  private let lane = Lane(name: "programs")
  private let clock = SystemClock()
  private let disk = SystemDisk()
  private let apiAddress: String

  static func make() async throws -> RunningController {
    let controller = try RunningController()
    try await controller.furnish()
    return controller
  }

  private init() throws {
    folder = try TemporaryFolder()
    tree = try SourceTree()
    loop = try EventLoop(name: "test")
    let ports = try FreePorts.pick(2)
    (apiAddress, address) = ("127.0.0.1:\(ports[0])", "127.0.0.1:\(ports[1])")
  }

  private func furnish() async throws {
    let authority = folder.file("ca")
    try await run("roostctl", ["ca", "init", "--folder", authority])
    for kind in ["controller", "issuer"] {
      try await run("roostctl", ["ca", kind, "--folder", authority, "--out", folder.path])
    }
    try disk.replace(
      configuration,
      with: Array(
        """
        state_folder: \(folder.file("state"))
        api: {address: "\(apiAddress)"}
        wire:
          address: \(address)
          certificate: \(folder.file("controller.crt"))
          key: \(folder.file("controller.key"))
          ca: \(folder.file("ca.crt"))
          issuer: \(folder.file("issuer.crt"))
          issuer_key: \(folder.file("issuer.key"))
        """.utf8), mode: 0o644)
    try await run(
      "roost-controller", ["init", "--config", configuration, "--clouds-yaml", clouds])
  }

  deinit {
    loop.stop()
    lane.stop()
  }

  /// Runs one of the programs, which must succeed.
  func run(_ program: String, _ arguments: [String]) async throws {
    let result = try await attempt(program, arguments)
    guard result.succeeded else {
      throw RoostError(
        .internal, "\(program) \(arguments): \(String(decoding: result.errors, as: UTF8.self))")
    }
  }

  private func attempt(_ program: String, _ arguments: [String]) async throws
    -> ChildProcess.Result
  {
    let environment = ["OS_CLOUD=roost", "OS_CLIENT_CONFIG_FILE=\(clouds)"]
    return try await lane.run("run \(program)", timeout: .seconds(120)) {
      [tree] () throws(RoostError) in
      try tree.attempt(program, arguments, environment: environment)
    }
  }

  var configuration: String { folder.file("controller.yaml") }
  private var clouds: String { folder.file("clouds.yaml") }

  /// Runs the controller around `body`; it answers when `body` begins.
  func running(_ body: () async throws -> Void) async throws {
    let process = try RunningProcess(
      tree.child("roost-controller", ["--config", configuration]), log: folder.file("log"))
    let outcome: Result<Void, any Error>
    do {
      try await answers()
      try await body()
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    _ = try await lane.run("end the controller", timeout: .seconds(60)) { [clock] in
      process.stop(patience: .seconds(20), clock: clock)
    }
    try outcome.get()
  }

  private func answers() async throws {
    let deadline = clock.uptime + .seconds(60)
    while try await roostctl("node", "list").end != .exited(0) {
      guard clock.uptime < deadline else {
        throw RoostError(.deadlineExceeded, "The controller does not answer: \(try log())")
      }
      try await clock.sleep(for: .milliseconds(50))
    }
  }

  /// What the controller has logged.
  func log() throws -> String {
    String(decoding: try disk.read(folder.file("log"), limit: 16 << 20) ?? [], as: UTF8.self)
  }

  /// Runs roostctl, whatever comes of it.
  func roostctl(_ words: String...) async throws -> ChildProcess.Result {
    try await attempt("roostctl", words)
  }

  /// The token of the command that `roostctl node enrol` prints.
  func token(_ words: String...) async throws -> String {
    let result = try await attempt("roostctl", ["node", "enrol"] + words)
    let said = String(decoding: result.output + result.errors, as: UTF8.self)
    guard result.end == .exited(0), said.hasPrefix("roost-agent enrol "), said.hasSuffix("\n")
    else { throw RoostError(.internal, said) }
    return String(said.dropFirst("roost-agent enrol ".count).dropLast())
  }

  /// Runs `roost-agent enrol` on a host, as an operator does.
  func enrol(_ host: String, _ token: String) async throws -> (succeeded: Bool, said: String) {
    let file = folder.file("\(host).yaml")
    try disk.replace(
      file,
      with: Array(
        """
        state_folder: \(folder.file(host))
        host_name: \(host)
        controller: {address: "\(address)"}
        """.utf8), mode: 0o644)
    let result = try await attempt("roost-agent", ["enrol", token, "--config", file])
    return (
      result.end == .exited(0), String(decoding: result.output + result.errors, as: UTF8.self)
    )
  }

  /// What a host was given.
  func material(_ host: String) throws -> TLSMaterial {
    let identity = folder.file("\(host)/identity")
    return try TLSMaterial(
      certificate: "\(identity)/node.pem", key: "\(identity)/node.pem",
      authorities: "\(identity)/ca.crt", disk: disk)
  }

  /// A certificate that is made offline.
  func offline(_ name: String, _ node: NodeID) async throws -> TLSMaterial {
    let out = folder.file(name)
    try await run(
      "roostctl",
      ["ca", "node", "--folder", folder.file("ca"), "--out", out, "--id", "\(node)"])
    return try TLSMaterial(
      certificate: "\(out)/node.crt", key: "\(out)/node.key", authorities: "\(out)/ca.crt",
      disk: disk)
  }

  /// A node that speaks through real TLS with these credentials.
  func node(_ material: TLSMaterial) throws -> TestNode {
    guard case .node(let id)? = try CertificateChain(pem: material.certificate).leaf.subject else {
      throw RoostError(.badRequest, "no node's certificate")
    }
    var request = RegisterRequest()
    request.hostName = "host-\(id)"
    return TestNode(
      id, registering: request, on: network(try TLSCredentials(material)), address)
  }

  /// A peer that shows no certificate.
  func stranger() throws -> TestNode {
    let pem = try disk.read(folder.file("ca.crt"), limit: 1 << 20) ?? []
    let credentials = try TLSCredentials(
      authorityFingerprint: try Certificate(pem: pem).fingerprint)
    return TestNode(
      .zero, registering: RegisterRequest(), on: network(credentials), address)
  }

  func network(_ credentials: TLSCredentials) -> TLSNetwork {
    TLSNetwork(
      credentials, loop: loop, clock: clock, software: "test/1",
      log: Logger(logged, threshold: .debug))
  }
}
