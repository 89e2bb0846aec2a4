// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Glibc
import LocalCloud
import Processes
import Synchronization

/// A real controller of its own, on one CPU, with the certificates of a fleet. Its calls block.
final class FleetCloud: Sendable {
  let folder: String
  let apiURL: String
  let wireAddress: String
  let password = "correct horse"
  private let tree: SourceTree
  private let controllerProcess = Mutex<RunningProcess?>(nil)
  private let clock = SystemClock()

  /// The CPU that the controller has for itself, where there are two.
  static let controllerCPU = 0
  /// The CPU of the agents and of the API's clients.
  static let loadCPU = 1

  init() throws(RoostError) {
    tree = try SourceTree()
    folder = "/tmp/roost-fleet-\(NodeID.random(from: SystemRandomness()).hex.prefix(8))"
    let ports = try FreePorts.pick(2)
    apiURL = "http://127.0.0.1:\(ports[0])"
    wireAddress = "127.0.0.1:\(ports[1])"
  }

  /// Makes certificates, configuration and an empty store with its first admin.
  func furnish() throws(RoostError) {
    let disk = SystemDisk()
    try disk.makeFolder(folder, mode: 0o755)
    try tree.run("roostctl", ["ca", "init", "--folder", "\(folder)/ca"])
    try tree.run("roostctl", ["ca", "controller", "--folder", "\(folder)/ca", "--out", folder])
    try disk.replace("\(folder)/controller.yaml", with: Array(configuration.utf8), mode: 0o644)
    try disk.replace("\(folder)/password", with: Array(password.utf8), mode: 0o600)
    try tree.run(
      "roost-controller",
      [
        "init", "--config", "\(folder)/controller.yaml", "--admin-password-file",
        "\(folder)/password", "--clouds-yaml", "\(folder)/clouds.yaml",
      ])
  }

  /// The controller's database while the controller does not run.
  var database: String { "\(folder)/controller/controller.db" }

  /// Issues certificates, and returns the files of each: the certificate and its key.
  func certificates(
    for nodes: [NodeID]
  ) throws(RoostError) -> [(certificate: String, key: String)] {
    let disk = SystemDisk()
    let authority = try CertificateAuthority(
      folder: "\(folder)/ca", disk: disk, clock: clock, randomness: SystemRandomness())
    try disk.makeFolder("\(folder)/nodes", mode: 0o700)
    var files: [(certificate: String, key: String)] = []
    for node in nodes {
      let issued = try authority.issue(.node(node))
      let path = "\(folder)/nodes/\(node)"
      // Not through the disk: nobody needs ten thousand files to survive a cut of power.
      try write(issued.certificate, to: path + ".crt")
      try write(issued.key.exposed, to: path + ".key")
      files.append((path + ".crt", path + ".key"))
    }
    return files
  }

  var authority: String { "\(folder)/ca.crt" }

  /// Starts the controller; it answers a little later.
  func startController() throws(RoostError) {
    let program = tree.child("roost-controller", ["--config", "\(folder)/controller.yaml"])
    var pinned = program
    pinned.arguments = ["-c", "\(Self.controllerCPU)", program.path] + program.arguments
    pinned.path = "/usr/bin/taskset"
    let process = try RunningProcess(pinned, log: "\(folder)/controller.log")
    controllerProcess.withLock { $0 = process }
  }

  /// The controller's process id.
  ///
  /// - Throws: `internal` with the end of its log when it does not run.
  func controller() throws(RoostError) -> Int32 {
    let process = controllerProcess.withLock { $0 }
    guard let process, process.wait(atMost: .zero, clock: clock) == nil else {
      let log = try SystemDisk().readEnd("\(folder)/controller.log", count: 2000) ?? []
      throw RoostError(
        .internal, "The controller ended: \(String(decoding: log, as: UTF8.self))")
    }
    return process.pid
  }

  /// Kills the controller as a cut of power would.
  func killController() {
    let process = controllerProcess.withLock { process in
      defer { process = nil }
      return process
    }
    process?.signal(SIGKILL)
    process?.stop(patience: .seconds(20), clock: clock)
  }

  /// Ends the controller and removes the folder.
  func stop() throws(RoostError) {
    killController()
    try tree.run("/bin/rm", ["-rf", folder])
  }

  private func write(_ bytes: [UInt8], to path: String) throws(RoostError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("open \(path)", errno: errno) }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw .system("write \(path)", errno: errno)
    }
  }

  private var configuration: String {
    """
    state_folder: \(folder)/controller
    log_level: warning
    api:
      address: \(apiURL.dropFirst("http://".count))
    wire:
      address: \(wireAddress)
      certificate: \(folder)/controller.crt
      key: \(folder)/controller.key
      ca: \(folder)/ca.crt

    """
  }
}
