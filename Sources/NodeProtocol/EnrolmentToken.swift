// SPDX-License-Identifier: Apache-2.0

public import Base
import Crypto

/// All that an agent needs to become a node: where the controller is, how to know it, and a secret that
/// is good once. `docs/wire.md` says how it is written.
public struct EnrolmentToken: Sendable {
  /// Where the controller waits for agents, `host:port`.
  public let address: String
  /// The SHA-256 of the certificate of the CA that the controller's certificate leads to.
  public let fingerprint: [UInt8]
  /// What the controller knows the token by.
  public let secret: Secret<[UInt8]>

  /// Bytes in a secret.
  public static let secretSize = 32
  private static let fingerprintSize = 32
  private static let prefix = "roost-enrol-1."
  /// Bytes in an address at most.
  public static let longestAddress = 255

  /// - Throws: `badRequest` for an address that is empty or too long.
  public init(
    address: String, fingerprint: [UInt8], secret: Secret<[UInt8]>
  ) throws(RoostError) {
    guard (1...Self.longestAddress).contains(address.utf8.count),
      fingerprint.count == Self.fingerprintSize, secret.exposed.count == Self.secretSize
    else {
      throw RoostError(
        .badRequest,
        "A token has an address of 1 to \(Self.longestAddress) bytes, a fingerprint of "
          + "\(Self.fingerprintSize) and a secret of \(Self.secretSize).")
    }
    self.address = address
    self.fingerprint = fingerprint
    self.secret = secret
  }

  /// Reads a token as an operator hands it over.
  ///
  /// - Throws: `badRequest` for what is none, or not the whole of one.
  public init(_ text: String) throws(RoostError) {
    let fixed = 1 + Self.fingerprintSize + Self.secretSize
    guard text.hasPrefix(Self.prefix), text.utf8.count <= 1024,
      let bytes = Base64.url.decode(String(text.dropFirst(Self.prefix.count))),
      let length = bytes.first, bytes.count == fixed + Int(length),
      let address = String(validating: bytes.dropFirst().prefix(Int(length)), as: UTF8.self)
    else {
      throw RoostError(
        .badRequest,
        "This is no token, or not the whole of one: a token begins with \(Self.prefix) and is printed "
          + "by `roostctl node enrol`.", field: "TOKEN")
    }
    let rest = bytes.dropFirst(1 + Int(length))
    try self.init(
      address: address, fingerprint: Array(rest.prefix(Self.fingerprintSize)),
      secret: Secret(Array(rest.dropFirst(Self.fingerprintSize))))
  }

  /// The token as one word.
  public var text: Secret<String> {
    let bytes =
      [UInt8(clamping: address.utf8.count)] + Array(address.utf8) + fingerprint + secret.exposed
    return Secret(Self.prefix + Base64.url.encode(bytes))
  }
}
