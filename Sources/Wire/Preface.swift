// SPDX-License-Identifier: Apache-2.0

/// The first bytes each end sends: `ROOST`, a zero byte, the protocol's major and minor version
/// (1 each), the sender's name and version behind their length (1), and its limits: how many (1),
/// and of each its number (1) and value (4).
struct Preface: Hashable, Sendable {
  static let magic = Array("ROOST".utf8) + [0]
  /// The protocol this code speaks. Another major version is another protocol; minor ones add what
  /// an older peer can do without.
  static let protocolVersion = WireVersion(major: 1, minor: 0)

  var version = protocolVersion
  var software: String
  var limits = WireLimits()

  var encoded: [UInt8] {
    var bytes = Self.magic
    bytes.append(version.major)
    bytes.append(version.minor)
    bytes.append(short: software)
    bytes.append(UInt8(WireLimits.all.count))
    for limit in WireLimits.all {
      bytes.append(limit.number)
      bytes.append(bigEndian: UInt32(clamping: limits[keyPath: limit.path]))
    }
    return bytes
  }

  /// Takes a preface off the decoder's front once it is whole.
  ///
  /// A wrong first byte is refused at once: a peer that speaks something else may never send more.
  static func take(from decoder: inout FrameDecoder) throws(ProtocolViolation) -> Preface? {
    let bytes = decoder.rest
    for (place, (expected, byte)) in zip(magic, bytes).enumerated() where byte != expected {
      throw ProtocolViolation("byte \(place) of the preface is \(byte), not \(expected)")
    }
    var reader = PayloadReader(bytes.dropFirst(magic.count), of: "the preface")
    guard reader.rest.count >= 2 else { return nil }
    let version = WireVersion(
      major: try reader.number(UInt8.self), minor: try reader.number(UInt8.self))
    guard version.major == protocolVersion.major else {
      throw ProtocolViolation(
        "the peer speaks protocol version \(version); this end speaks \(protocolVersion)")
    }
    guard let textBytes = reader.rest.first.map(Int.init), reader.rest.count > textBytes + 1,
      let count = reader.rest.dropFirst(textBytes + 1).first.map(Int.init),
      reader.rest.count >= textBytes + 2 + count * 5
    else { return nil }
    var preface = Preface(version: version, software: try reader.shortText())
    _ = try reader.number(UInt8.self)
    for _ in 0..<count {
      let number = try reader.number(UInt8.self)
      let value = Int(try reader.number(UInt32.self))
      // What a newer peer limits beyond these, it can't expect of this end.
      guard let limit = WireLimits.all.first(where: { $0.number == number }) else { continue }
      guard limit.range.contains(value) else {
        throw ProtocolViolation(
          "the preface's limit of \(limit.name) is \(value); it may be \(limit.range.lowerBound) "
            + "to \(limit.range.upperBound)")
      }
      preface.limits[keyPath: limit.path] = value
    }
    decoder.drop(bytes.count - reader.rest.count)
    return preface
  }
}

/// A version of the protocol.
struct WireVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  let major: UInt8
  let minor: UInt8

  static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  var description: String { "\(major).\(minor)" }
}
