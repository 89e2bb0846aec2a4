// SPDX-License-Identifier: Apache-2.0

public import Base

/// Is a TCP port free for a program, or does that program have it already?
public struct PortCheck: Sendable {
  /// What the port is for: `API port`.
  public var name: String
  /// Host and port.
  public var address: String
  /// Who may have it, by its command's name.
  public var program: String

  /// A check of one port.
  public init(name: String, address: String, program: String) {
    (self.name, self.address, self.program) = (name, address, program)
  }

  /// Looks at the kernel's tables.
  public func run(_ disk: any Disk) -> Diagnosis {
    guard let port = UInt16(address.split(separator: ":").last ?? "") else {
      return .fail(name, "\(address) has no port.", do: "Write it as host:port.")
    }
    guard port != 0 else { return .ok(name, "Port 0 takes one that is free.") }
    let sockets = Listeners(disk).sockets(on: port)
    guard !sockets.isEmpty else { return judge(port, holders: []) }
    return judge(port, holders: Listeners(disk).holders(of: sockets))
  }

  /// Judges who listens; nil stands for a process that can't be seen.
  public func judge(_ port: UInt16, holders: [String?]) -> Diagnosis {
    // The kernel keeps 15 bytes of a command's name.
    let known = String(decoding: program.utf8.prefix(15), as: UTF8.self)
    guard let holder = holders.first else { return .ok(name, "Port \(port) is free.") }
    if holders.allSatisfy({ $0 == known }) { return .ok(name, "\(program) has port \(port).") }
    guard let holder else {
      return .warn(
        name, "Another user's process listens on port \(port).",
        do: "Run this as root to see which; if it isn't \(program), give one of them another port.")
    }
    return .fail(
      name, "\(holder) listens on port \(port).", do: "Stop it, or give one of them another port.")
  }
}

/// Who listens on TCP ports, as /proc tells it.
struct Listeners {
  private static let tableLimit = 64 << 20
  private static let listening = "0A"
  private let disk: any Disk

  init(_ disk: any Disk) { self.disk = disk }

  /// The inodes of sockets that listen on a port. Source: proc(5), /proc/net/tcp.
  func sockets(on port: UInt16) -> [String] {
    let hex = String(port, radix: 16, uppercase: true)
    let suffix = ":" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
    var inodes: [String] = []
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      let bytes = (try? disk.read(table, limit: Self.tableLimit)) ?? []
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == Self.listening else {
          continue
        }
        inodes.append(String(fields[9]))
      }
    }
    return inodes
  }

  /// The commands that have a socket open, one for each; nil for those that can't be seen.
  func holders(of inodes: [String]) -> [String?] {
    let wanted = Set(inodes.map { "socket:[\($0)]" })
    var found: [String?] = []
    for process in (try? disk.list("/proc")) ?? [] where process.allSatisfy(\.isNumber) {
      let folder = "/proc/\(process)/fd"
      for name in (try? disk.list(folder)) ?? []
      where wanted.contains(linkTarget("\(folder)/\(name)")) {
        let bytes = (try? disk.read("/proc/\(process)/comm", limit: 256)) ?? []
        found.append(String(decoding: bytes.filter { $0 != 0x0A }, as: UTF8.self))
        break
      }
    }
    return found.isEmpty ? [nil] : found
  }
}
