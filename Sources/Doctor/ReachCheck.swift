// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Does somebody answer at an address? Connects, says nothing and closes.
public struct ReachCheck: Sendable {
  /// Who should be there: `controller`.
  public var name: String
  /// Host and port.
  public var address: String

  private static let patience: Int32 = 5000

  /// A check of one address.
  public init(name: String, address: String) {
    (self.name, self.address) = (name, address)
  }

  /// Connects, for at most five seconds.
  public func run() -> Diagnosis {
    let advice =
      "Look whether it runs, and whether address, name service and firewalls are right; "
      + "until then guests go on as they are."
    if let reason = failure {
      return .warn(name, "Nobody answers at \(address): \(reason).", do: advice)
    }
    return .ok(name, "Somebody answers at \(address).")
  }

  /// Why it can't be reached; nil if it can.
  private var failure: String? {
    guard let colon = address.lastIndex(of: ":") else { return "it has no port" }
    var host = String(address[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(address[address.index(after: colon)...]), &hints, &found)
    guard code == 0, let found else { return String(cString: gai_strerror(code)) }
    defer { freeaddrinfo(found) }
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(found.pointee.ai_family, type, 0)
    guard descriptor >= 0 else { return systemErrorText(errno) }
    defer { close(descriptor) }
    if connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS else { return systemErrorText(errno) }
    var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&watched, 1, Self.patience) > 0 else { return "no answer within five seconds" }
    var outcome: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &outcome, &size)
    return outcome == 0 ? nil : systemErrorText(outcome)
  }
}
