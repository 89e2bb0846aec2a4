// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// An IPv4 or IPv6 address as a number.
public struct IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Which protocol.
  public enum Family: Int64, Sendable, Hashable, CaseIterable {
    case v4 = 4
    case v6 = 6

    /// Bits in an address.
    public var bits: Int { self == .v4 ? 32 : 128 }
    /// The highest address as a number.
    public var highest: UInt128 { self == .v4 ? UInt128(UInt32.max) : .max }
  }

  /// Which protocol.
  public let family: Family
  /// The address in host order.
  public let number: UInt128

  /// An address from its number; higher bits than the family has are dropped.
  public init(_ family: Family, _ number: UInt128) {
    self.family = family
    self.number = number & family.highest
  }

  /// Parses dotted IPv4 or RFC 4291 IPv6 text; nil for anything else, zones included.
  public init?(_ text: String) {
    guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(.v4, UInt128(UInt32(bigEndian: four.s_addr)))
      return
    }
    var six = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    self.init(.v6, six.reduce(0) { $0 << 8 | UInt128($1) })
  }

  /// The text inet_ntop writes: RFC 5952 for IPv6.
  public var description: String {
    let count = family.bits / 8
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let kind = family == .v4 ? AF_INET : AF_INET6
    inet_ntop(kind, bytes, &buffer, socklen_t(buffer.count))
    return String(upToZero: buffer)
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.family.rawValue, left.number) < (right.family.rawValue, right.number)
  }
}
