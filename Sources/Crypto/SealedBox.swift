// SPDX-License-Identifier: Apache-2.0

public import Base
import CSodium

/// Authenticated encryption with one key: XChaCha20-Poly1305 (IETF). A sealed value is the nonce,
/// then the cipher text with its tag.
public struct SealedBox: Sendable {
  /// Bytes in a key.
  public static let keySize = 32
  /// Bytes that sealing adds.
  public static let overhead = nonceSize + tagSize
  private static let nonceSize = 24
  private static let tagSize = 16
  private let key: Secret<[UInt8]>

  /// - Throws: `badRequest` if the key has not 32 bytes.
  public init(key: Secret<[UInt8]>) throws(RoostError) {
    try Sodium.prepare()
    guard key.exposed.count == Self.keySize else {
      throw RoostError(
        .badRequest,
        "An encryption key has \(Self.keySize) bytes, not \(key.exposed.count).")
    }
    self.key = key
  }

  /// Encrypts. `context` is not part of the result, but must be the same when it is opened.
  public func seal(_ plain: [UInt8], context: [UInt8] = [], randomness: any Randomness) -> [UInt8] {
    let nonce = randomness.bytes(Self.nonceSize)
    var sealed = [UInt8](repeating: 0, count: plain.count + Self.tagSize)
    // Fails only for plain texts of 256 GiB and more.
    _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed, nil, plain, UInt64(plain.count), context, UInt64(context.count), nil, nonce,
      key.exposed)
    return nonce + sealed
  }

  /// Decrypts.
  ///
  /// - Throws: `unauthorized` for a value that was not sealed with this key and context, or was
  ///   changed since.
  public func open(_ sealed: [UInt8], context: [UInt8] = []) throws(RoostError) -> [UInt8] {
    let forged = RoostError(.unauthorized, "The sealed value is not one of ours.")
    guard sealed.count >= Self.overhead else { throw forged }
    let nonce = Array(sealed[..<Self.nonceSize])
    let cipher = Array(sealed[Self.nonceSize...])
    // One byte more than needed: an empty array lends no address.
    var plain = [UInt8](repeating: 0, count: cipher.count - Self.tagSize + 1)
    let code = crypto_aead_xchacha20poly1305_ietf_decrypt(
      &plain, nil, nil, cipher, UInt64(cipher.count), context, UInt64(context.count), nonce,
      key.exposed)
    guard code == 0 else { throw forged }
    plain.removeLast()
    return plain
  }
}
