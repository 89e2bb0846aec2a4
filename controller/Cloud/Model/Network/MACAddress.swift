// SPDX-License-Identifier: Apache-2.0

public import Base

/// An Ethernet address of a port.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
  /// Lower case with colons.
  public let description: String

  /// Parses six octets in hex, with colons or hyphens. Multicast and all-zero addresses give nil: a
  /// port can't have one.
  public init?(_ text: String) {
    let parts = text.lowercased().replacing("-", with: ":").split(
      separator: ":", omittingEmptySubsequences: false)
    let octets = parts.compactMap { part in
      // UInt8 alone would take a sign for a digit.
      part.count == 2 && part.allSatisfy(\.isHexDigit) ? UInt8(part, radix: 16) : nil
    }
    guard parts.count == 6, octets.count == 6, octets[0] & 1 == 0,
      !octets.allSatisfy({ $0 == 0 })
    else { return nil }
    self.init(octets: octets)
  }

  /// A fresh address under Neutron's base `fa:16:3e`.
  public static func random(from randomness: any Randomness) -> MACAddress {
    MACAddress(octets: [0xFA, 0x16, 0x3E] + randomness.bytes(3))
  }

  private init(octets: [UInt8]) {
    description = octets.map { octet in
      let hex = String(octet, radix: 16)
      return hex.utf8.count == 1 ? "0" + hex : hex
    }.joined(separator: ":")
  }
}
