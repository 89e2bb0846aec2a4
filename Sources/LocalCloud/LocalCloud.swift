// SPDX-License-Identifier: Apache-2.0

public import Base
public import Glibc
public import Processes
import Synchronization

/// A whole cloud of real processes on this machine, for tests and benchmarks: a libvirtd of its
/// own, a controller on loopback, one agent. Everything is below one folder; `stop` leaves nothing.
///
/// Its calls block. Needs root.
public final class LocalCloud: Sendable {
  /// Where state, configuration and logs are.
  public let folder: String
  /// The programs in use.
  public let tree: SourceTree
  /// Where guests run.
  public let hypervisor: LocalHypervisor
  /// The API's root.
  public let apiURL: String
  /// Where agents connect to.
  public let wireAddress: String
  /// The admin's password.
  public let password = "correct horse"
  /// The controller while it is meant to run.
  public var controller: RunningProcess? { programs.withLock { $0.controller } }
  /// The agent while it is meant to run.
  public var agent: RunningProcess? { programs.withLock { $0.agent } }
  private let programs = Mutex(Programs())
  private let clock = SystemClock()

  private struct Programs {
    var controller: RunningProcess?
    var agent: RunningProcess?
  }

  /// Starts libvirtd and makes certificates, configuration and the first admin; neither
  /// controller nor agent runs yet. A failure leaves nothing behind.
  ///
  /// - Parameter purpose: in the names of folder and namespace, as `test`.
  public static func make(purpose: String) throws(RoostError) -> LocalCloud {
    let cloud = try LocalCloud(purpose: purpose)
    do throws(RoostError) {
      try cloud.furnishHost()
    } catch {
      try? cloud.stop()
      throw error
    }
    return cloud
  }

  private init(purpose: String) throws(RoostError) {
    let name = "roost-\(purpose)-\(NodeID.random(from: SystemRandomness()).hex.prefix(8))"
    tree = try SourceTree()
    folder = "/tmp/\(name)"
    let ports = try FreePorts.pick(2)
    apiURL = "http://127.0.0.1:\(ports[0])"
    wireAddress = "127.0.0.1:\(ports[1])"
    try SystemDisk().makeFolder(folder, mode: 0o755)
    hypervisor = try LocalHypervisor(name: name, folder: "\(folder)/libvirt", tree: tree)
  }

  private func furnishHost() throws(RoostError) {
    try tree.run("roostctl", ["ca", "init", "--folder", "\(folder)/ca"])
    for kind in ["controller", "issuer", "node"] {
      try tree.run("roostctl", ["ca", kind, "--folder", "\(folder)/ca", "--out", folder])
    }
    let disk = SystemDisk()
    try disk.replace(agentFile, with: Array(agentConfiguration.utf8), mode: 0o644)
    try disk.replace(controllerFile, with: Array(controllerConfiguration.utf8), mode: 0o644)
    try disk.replace("\(folder)/password", with: Array(password.utf8), mode: 0o600)
    try tree.run(
      "roost-controller",
      [
        "init", "--config", controllerFile, "--admin-password-file", "\(folder)/password",
        "--clouds-yaml", cloudsFile,
      ])
  }

  /// The controller's configuration file.
  public var controllerFile: String { "\(folder)/controller.yaml" }
  /// The agent's configuration file.
  public var agentFile: String { "\(folder)/agent.yaml" }
  /// The clients' configuration file; the cloud's name is `roost`.
  public var cloudsFile: String { "\(folder)/clouds.yaml" }
  /// The environment that the OpenStack clients and roostctl find this cloud by.
  public var clientEnvironment: [String] {
    ["OS_CLOUD=roost", "OS_CLIENT_CONFIG_FILE=\(cloudsFile)"]
  }

  /// Starts the controller; the API answers a little later.
  ///
  /// - Parameter crash: where and whom it kills.
  public func startController(crash: Crash? = nil) throws(RoostError) {
    let process = try start("roost-controller", controllerFile, crash)
    programs.withLock { $0.controller = process }
  }

  /// Starts the agent; it registers a little later.
  public func startAgent(crash: Crash? = nil) throws(RoostError) {
    let process = try start("roost-agent", agentFile, crash)
    programs.withLock { $0.agent = process }
  }

  /// Starts controller and agent, each unless it runs.
  public func startWhatEnded() throws(RoostError) {
    if controller?.wait(atMost: .zero, clock: clock) != nil || controller == nil {
      try startController()
    }
    if agent?.wait(atMost: .zero, clock: clock) != nil || agent == nil { try startAgent() }
  }

  /// Ends the controller, by SIGTERM unless told otherwise. Guests run on.
  public func stopController(by signal: Int32 = SIGTERM) {
    stop(controller, signal)
    programs.withLock { $0.controller = nil }
  }

  /// Ends the agent, by SIGTERM unless told otherwise. Guests run on.
  public func stopAgent(by signal: Int32 = SIGTERM) {
    stop(agent, signal)
    programs.withLock { $0.agent = nil }
  }

  /// Runs `roostctl` against this cloud, whatever its exit status.
  public func roostctl(_ arguments: [String]) throws(RoostError) -> ChildProcess.Result {
    try tree.attempt("roostctl", arguments, environment: clientEnvironment)
  }

  /// Runs the openstack command and returns what it prints.
  @discardableResult
  public func openstack(
    _ arguments: [String], timeout: Duration = .seconds(120)
  ) throws(RoostError) -> String {
    try tree.run(
      ".build/venv/bin/openstack", arguments, environment: clientEnvironment, timeout: timeout)
  }

  /// What a program has logged, by its name; its last MiB.
  public func log(_ program: String) throws(RoostError) -> String {
    let bytes = try SystemDisk().readEnd("\(folder)/\(program).log", count: 1 << 20) ?? []
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Ends everything and removes the folder.
  public func stop() throws(RoostError) {
    stopAgent()
    stopController()
    try hypervisor.stop()
    try tree.run("/bin/rm", ["-r", folder])
  }

  private func start(
    _ program: String, _ file: String, _ crash: Crash?
  ) throws(RoostError) -> RunningProcess {
    try RunningProcess(
      tree.child(program, ["--config", file], environment: crash?.environment ?? []),
      log: "\(folder)/\(program).log")
  }

  private func stop(_ process: RunningProcess?, _ signal: Int32) {
    process?.signal(signal)
    process?.stop(patience: .seconds(20), clock: clock)
  }
}

/// A planned death.
public struct Crash: Sendable {
  /// Where.
  public var point: CrashPoint
  /// Who dies there; nil for whoever reaches it.
  public var victim: Int32?

  /// Whoever reaches `point` kills `victim`, or itself.
  public init(at point: CrashPoint, victim: Int32? = nil) {
    self.point = point
    self.victim = victim
  }

  var environment: [String] {
    ["ROOST_CRASH_AT=\(point.rawValue)"] + (victim.map { ["ROOST_CRASH_PID=\($0)"] } ?? [])
  }
}
