// SPDX-License-Identifier: Apache-2.0

public import Base
import Glibc

/// A libvirtd apart from the machine's, with a network namespace for its guests.
public struct LocalHypervisor: Sendable {
  /// The network namespace's name.
  public let namespace: String
  /// What libvirt's clients connect to.
  public let uri: String
  /// Where its state is.
  public let folder: String
  private let tree: SourceTree
  private static let script = "Tests/Scripts/private-libvirtd"

  /// Starts it. `name` marks folder and namespace and must be free.
  public init(name: String, folder: String, tree: SourceTree) throws(RoostError) {
    self.tree = tree
    self.folder = folder
    namespace = name
    try tree.run("/usr/sbin/ip", ["netns", "add", name])
    do throws(RoostError) {
      uri = try Self.start(folder, name, tree)
    } catch {
      _ = try? tree.run("/usr/sbin/ip", ["netns", "delete", name])
      throw error
    }
  }

  private static func start(
    _ folder: String, _ namespace: String, _ tree: SourceTree
  ) throws(RoostError) -> String {
    let output = try tree.run(Self.script, ["start", folder, namespace])
    return String(output.split(separator: "\n").last ?? "")
  }

  /// The process id of libvirtd.
  public func pid() throws(RoostError) -> Int32 {
    let bytes = try SystemDisk().read("\(folder)/libvirtd.pid", limit: 64) ?? []
    let digits = bytes.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard let pid = Int32(String(decoding: digits, as: UTF8.self)) else {
      throw RoostError(.notFound, "There is no libvirtd in \(folder).")
    }
    return pid
  }

  /// Waits until libvirtd has died, at most `patience`; blocks. False if it lives on.
  public func waitForDeath(atMost patience: Duration) throws(RoostError) -> Bool {
    let pid = try pid()
    let clock = SystemClock()
    let deadline = clock.uptime + patience
    // A zombie has no program any more.
    while access("/proc/\(pid)/exe", F_OK) == 0 {
      guard clock.uptime < deadline else { return false }
      usleep(20_000)
    }
    return true
  }

  /// Starts libvirtd again after it was killed; its guests ran on.
  public func startAgain() throws(RoostError) {
    _ = try Self.start(folder, namespace, tree)
  }

  /// Runs a program in the guests' network namespace.
  @discardableResult
  public func inNamespace(_ command: [String]) throws(RoostError) -> String {
    try tree.run("/usr/sbin/ip", ["netns", "exec", namespace] + command)
  }

  /// Runs virsh and returns what it prints.
  @discardableResult
  public func virsh(_ arguments: [String]) throws(RoostError) -> String {
    try tree.run("/usr/bin/virsh", ["-q", "-c", uri] + arguments)
  }

  /// The names of the network interfaces in the namespace.
  public func links() throws(RoostError) -> [String] {
    let text = try tree.run("/usr/sbin/ip", ["-n", namespace, "-o", "link", "show"])
    return text.split(separator: "\n").compactMap { line in
      line.split(separator: " ").dropFirst().first.map {
        String($0.prefix { $0 != ":" && $0 != "@" })
      }
    }
  }

  /// Ends libvirtd, its guests and the namespace.
  public func stop() throws(RoostError) {
    try tree.run(Self.script, ["stop", folder])
    try tree.run("/usr/sbin/ip", ["netns", "delete", namespace])
  }
}
