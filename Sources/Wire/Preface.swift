// SPDX-License-Identifier: Apache-2.0

/// The first bytes each end sends: `ROOST`, a zero byte, the protocol's version (2 bytes), and the
/// sender's own version as a text of at most 255 bytes behind its length (1 byte).
struct Preface: Hashable, Sendable {
  static let magic = Array("ROOST".utf8) + [0]
  /// The protocol this code speaks.
  static let protocolVersion: UInt16 = 1
  private static let fixedBytes = 9

  var version: UInt16 = protocolVersion
  var software: String

  var encoded: [UInt8] {
    let text = Array(software.utf8.prefix(255))
    var bytes = Self.magic
    bytes.append(bigEndian: version)
    bytes.append(UInt8(text.count))
    return bytes + text
  }

  /// Takes a preface off the decoder's front once it is whole.
  ///
  /// A wrong first byte is refused at once: a peer that speaks something else may never send more.
  static func take(from decoder: inout FrameDecoder) throws(ProtocolViolation) -> Preface? {
    var probe = decoder
    for (place, expected) in magic.enumerated() {
      guard let byte = probe.take(1)?.first else { return nil }
      guard byte == expected else {
        throw ProtocolViolation("byte \(place) of the preface is \(byte), not \(expected)")
      }
    }
    guard let rest = probe.take(Self.fixedBytes - magic.count) else { return nil }
    let version = rest.bigEndian(at: 0, as: UInt16.self)
    guard let text = probe.take(Int(rest.bigEndian(at: 2, as: UInt8.self))) else { return nil }
    guard version == protocolVersion else {
      throw ProtocolViolation(
        "the peer speaks protocol version \(version); this end speaks \(protocolVersion)")
    }
    decoder = probe
    return Preface(version: version, software: String(decoding: text, as: UTF8.self))
  }
}
