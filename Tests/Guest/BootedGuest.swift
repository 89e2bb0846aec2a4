// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Scratch

/// The tiny guest under QEMU, with a tap in a network namespace of its own; gone with the object.
final class BootedGuest {
  static let macAddress = "fa:16:3e:00:00:01"

  private let folder: TemporaryFolder
  private let network: TemporaryNamespace
  private let disk = SystemDisk()

  /// Starts it.
  ///
  /// - Parameter configDrive: documents of openstack/latest without their `.json`; none, no drive.
  init(configDrive: [String: String]) throws {
    folder = try TemporaryFolder()
    network = try TemporaryNamespace()
    try network.ip("tuntap", "add", "tap0", "mode", "tap")
    try network.ip("addr", "add", "10.9.0.1/24", "dev", "tap0")
    try network.ip("addr", "add", "fd00:9::1/64", "dev", "tap0", "nodad")
    try network.ip("link", "set", "tap0", "up")
    try command(
      "/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", try tinyGuest(),
      folder.file("disk"))
    try command("/usr/bin/mkfifo", folder.file("monitor.in"), folder.file("monitor.out"))
    var drives = ["-drive", "file=\(folder.path)/disk,if=virtio"]
    if !configDrive.isEmpty {
      let files = configDrive.map {
        ConfigDriveFile(path: "openstack/latest/\($0.key).json", content: Array($0.value.utf8))
      }
      try disk.replace(folder.file("config"), with: ConfigDriveImage.render(files), mode: 0o600)
      drives += ["-drive", "file=\(folder.path)/config,if=virtio,format=raw,readonly=on"]
    }
    try network.inside(
      ["/usr/bin/qemu-system-x86_64", "-daemonize", "-pidfile", folder.file("pid")] + [
        "-machine", "pc,accel=tcg", "-cpu", "max,la57=off", "-m", "128", "-nodefaults",
        "-display", "none", "-serial", "file:\(folder.path)/console",
        "-chardev", "pipe,id=monitor,path=\(folder.path)/monitor", "-mon", "chardev=monitor",
        "-netdev", "tap,id=net,ifname=tap0,script=no,downscript=no",
        "-device", "virtio-net-pci,netdev=net,mac=\(Self.macAddress)", "-device", "virtio-rng-pci",
      ] + drives)
  }

  deinit {
    if let pid = try? pid { _ = try? command("/bin/kill", "-9", pid) }
  }

  /// The process of QEMU; nil once it has ended, for it removes the file.
  private var pid: String? {
    get throws {
      try disk.read(folder.file("pid"), limit: 32).map {
        String(String(decoding: $0, as: UTF8.self).prefix { $0.isNumber })
      }
    }
  }

  var consoleText: String {
    get throws {
      String(decoding: try disk.read(folder.file("console"), limit: 1 << 20) ?? [], as: UTF8.self)
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
    try command("/bin/sh", "-c", "echo system_powerdown >\(folder.path)/monitor.in")
  }

  /// Runs a command in the guest's network and returns what it prints.
  @discardableResult
  func inside(_ words: String...) throws -> String { try network.inside(words) }

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
  let publicKey: String
  private let folder: TemporaryFolder

  var path: String { folder.file("key") }

  init() throws {
    folder = try TemporaryFolder()
    let path = folder.file("key")
    try command("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path)
    let bytes = try SystemDisk().read(path + ".pub", limit: 4096) ?? []
    publicKey = String(String(decoding: bytes, as: UTF8.self).dropLast())
  }
}

/// The path of the tiny guest's image, built if need be.
func tinyGuest() throws -> String {
  let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
  return String(
    try command("/bin/bash", ["\(folder)/build"], timeout: .seconds(170)).prefix { $0 != "\n" })
}
