// SPDX-License-Identifier: Apache-2.0

/// A network prefix: an address whose host bits are zero, and how many bits it fixes.
public struct CIDR: Hashable, Sendable, CustomStringConvertible {
  /// The first address.
  public let network: IPAddress
  /// Fixed bits.
  public let prefixLength: Int

  /// Parses `10.0.0.0/24` or `fd00::/64`. Host bits are cleared, as Neutron does. A missing prefix
  /// length or one out of range gives nil.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])),
      parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let length = Int(parts[1]), length <= address.family.bits
    else { return nil }
    let hostBits = address.family.bits - length
    network = IPAddress(
      address.family, hostBits == 128 ? 0 : (address.number >> hostBits) << hostBits)
    prefixLength = length
  }

  /// Which protocol.
  public var family: IPAddress.Family { network.family }

  /// The last address; IPv4's broadcast where the prefix is shorter than 31.
  public var last: IPAddress {
    let hostBits = family.bits - prefixLength
    let mask = hostBits == 128 ? UInt128.max : (1 << hostBits) - 1
    return IPAddress(family, network.number | mask)
  }

  /// The addresses a host may have: IPv4 without network and broadcast address (but all of a /31
  /// and /32), IPv6 without the subnet-router anycast address (but all of a /127 and /128).
  public var hosts: AddressRange {
    guard family.bits - prefixLength > 1 else { return AddressRange(network, last) }
    let end = family == .v4 ? last.number - 1 : last.number
    return AddressRange(IPAddress(family, network.number + 1), IPAddress(family, end))
  }

  /// Whether the address is in it.
  public func contains(_ address: IPAddress) -> Bool {
    address.family == family && (network...last).contains(address)
  }

  /// Whether an address is in both.
  public func overlaps(_ other: CIDR) -> Bool {
    contains(other.network) || other.contains(network)
  }

  /// Whether all of the range is in it.
  public func contains(_ range: AddressRange) -> Bool {
    contains(range.first) && contains(range.last)
  }

  public var description: String { "\(network)/\(prefixLength)" }
}

/// Addresses from `first` to `last`, both included. Of one family, in order.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  /// The lowest.
  public let first: IPAddress
  /// The highest.
  public let last: IPAddress

  /// A range; ends in the wrong order are swapped.
  public init(_ first: IPAddress, _ last: IPAddress) {
    self.first = min(first, last)
    self.last = max(first, last)
  }

  /// Whether the address is in it.
  public func contains(_ address: IPAddress) -> Bool {
    address.family == first.family && (first...last).contains(address)
  }

  /// Whether an address is in both.
  public func overlaps(_ other: AddressRange) -> Bool {
    contains(other.first) || other.contains(first)
  }

  /// What is left of it without one address: none, one or two ranges.
  public func excluding(_ address: IPAddress) -> [AddressRange] {
    guard contains(address) else { return [self] }
    var left: [AddressRange] = []
    if address > first {
      left.append(AddressRange(first, IPAddress(first.family, address.number - 1)))
    }
    if address < last {
      left.append(AddressRange(IPAddress(first.family, address.number + 1), last))
    }
    return left
  }

  public var description: String { "\(first)-\(last)" }
}

/// The lowest address of the pools, taken in order, that is not among `taken`; nil when all are.
///
/// Cost grows with the number of taken addresses, never with the size of a pool.
public func firstFree(in pools: [AddressRange], taken: [IPAddress]) -> IPAddress? {
  let sorted = taken.sorted()
  for pool in pools {
    var candidate = pool.first.number
    var isFull = false
    for address in sorted where pool.contains(address) {
      if address.number > candidate { break }
      if address.number < candidate { continue }
      if address == pool.last {
        isFull = true
        break
      }
      candidate += 1
    }
    if !isFull { return IPAddress(pool.first.family, candidate) }
  }
  return nil
}
