// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Processes
import Testing

/// The tiny guest under QEMU, with a tap in a network namespace of its own; gone with the object.
final class BootedGuest {
  static let macAddress = "fa:16:3e:00:00:01"

  private let name = "roost-guest-\(NodeID.random(from: SystemRandomness()).hex.prefix(8))"
  private let folder: String
  private let disk = SystemDisk()

  /// Starts it.
  ///
  /// - Parameter configDrive: documents of openstack/latest without their `.json`; none, no drive.
  init(configDrive: [String: String]) throws {
    folder = "/tmp/\(name)"
    try disk.makeFolder(folder, mode: 0o700)
    try command("/usr/sbin/ip", "netns", "add", name)
    try command("/usr/sbin/ip", "-n", name, "tuntap", "add", "tap0", "mode", "tap")
    try command("/usr/sbin/ip", "-n", name, "addr", "add", "10.9.0.1/24", "dev", "tap0")
    try command("/usr/sbin/ip", "-n", name, "addr", "add", "fd00:9::1/64", "dev", "tap0", "nodad")
    try command("/usr/sbin/ip", "-n", name, "link", "set", "tap0", "up")
    try command(
      "/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", try tinyGuest(),
      "\(folder)/disk")
    try command("/usr/bin/mkfifo", "\(folder)/monitor.in", "\(folder)/monitor.out")
    var drives = ["-drive", "file=\(folder)/disk,if=virtio"]
    if !configDrive.isEmpty {
      let files = configDrive.map {
        ConfigDriveFile(path: "openstack/latest/\($0.key).json", content: Array($0.value.utf8))
      }
      try disk.replace("\(folder)/config", with: ConfigDriveImage.render(files), mode: 0o600)
      drives += ["-drive", "file=\(folder)/config,if=virtio,format=raw,readonly=on"]
    }
    try inside(
      ["/usr/bin/qemu-system-x86_64", "-daemonize", "-pidfile", "\(folder)/pid"] + [
        "-machine", "pc,accel=tcg", "-cpu", "max,la57=off", "-m", "128", "-nodefaults",
        "-display", "none", "-serial", "file:\(folder)/console",
        "-chardev", "pipe,id=monitor,path=\(folder)/monitor", "-mon", "chardev=monitor",
        "-netdev", "tap,id=net,ifname=tap0,script=no,downscript=no",
        "-device", "virtio-net-pci,netdev=net,mac=\(Self.macAddress)", "-device", "virtio-rng-pci",
      ] + drives)
  }

  deinit {
    if let pid = try? pid { _ = try? command("/bin/kill", "-9", pid) }
    _ = try? command("/usr/sbin/ip", "netns", "delete", name)
    _ = try? command("/bin/rm", "-r", folder)
  }

  /// The process of QEMU; nil once it has ended, for it removes the file.
  private var pid: String? {
    get throws {
      try disk.read("\(folder)/pid", limit: 32).map {
        String(String(decoding: $0, as: UTF8.self).prefix { $0.isNumber })
      }
    }
  }

  var consoleText: String {
    get throws {
      String(decoding: try disk.read("\(folder)/console", limit: 1 << 20) ?? [], as: UTF8.self)
    }
  }

  /// Waits for a text on the serial console; the suite's time limit ends a wait in vain.
  func console(shows text: String) async throws {
    while try !consoleText.contains(text) { try await Task.sleep(for: .milliseconds(50)) }
  }

  /// Waits for the end of QEMU.
  func hasEnded() async throws {
    while try pid != nil { try await Task.sleep(for: .milliseconds(50)) }
  }

  /// Presses the ACPI power button.
  func pressPowerButton() throws {
    try command("/bin/sh", "-c", "echo system_powerdown >\(folder)/monitor.in")
  }

  /// Runs a command in the guest's network and returns what it prints.
  @discardableResult
  func inside(_ words: String...) throws -> String { try inside(words) }

  @discardableResult
  private func inside(_ words: [String]) throws -> String {
    try command("/usr/sbin/ip", ["netns", "exec", name] + words)
  }

  /// Runs a command in the guest over ssh and returns what it prints.
  func shell(_ key: SSHKey, _ text: String) throws -> String {
    try inside(
      "/usr/bin/ssh", "-i", key.path, "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
      "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
      "-o", "ConnectTimeout=30", "-o", "ConnectionAttempts=30", "root@10.9.0.15", text)
  }
}

/// A fresh key pair, gone with the object.
final class SSHKey {
  let path = "/tmp/roost-key-\(NodeID.random(from: SystemRandomness()).hex.prefix(8))"
  let publicKey: String

  init() throws {
    try command("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path)
    let bytes = try SystemDisk().read(path + ".pub", limit: 4096) ?? []
    publicKey = String(String(decoding: bytes, as: UTF8.self).dropLast())
  }

  deinit { _ = try? command("/bin/rm", "-f", path, path + ".pub") }
}

/// The path of the tiny guest's image, built if need be.
func tinyGuest() throws -> String {
  let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
  return String(
    try command("/bin/bash", ["\(folder)/build"], timeout: .seconds(170)).prefix { $0 != "\n" })
}

@discardableResult
func command(_ path: String, _ arguments: String...) throws -> String {
  try command(path, arguments)
}

@discardableResult
func command(
  _ path: String, _ arguments: [String], timeout: Duration = .seconds(60)
) throws -> String {
  let result = try ChildProcess(path, arguments).run(timeout: timeout, clock: SystemClock())
  try #require(
    result.succeeded,
    "\(path) \(arguments): \(result.end) \(String(decoding: result.errors, as: UTF8.self))")
  return String(decoding: result.output, as: UTF8.self)
}
