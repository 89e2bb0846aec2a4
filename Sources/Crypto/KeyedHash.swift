// SPDX-License-Identifier: Apache-2.0

public import Base
import CSodium

/// Keyed BLAKE2b: proves that whoever made a value holds the key. Also turns a secret with much
/// chance in it, such as a token, into what may be stored.
public struct KeyedHash: Sendable {
  /// Bytes in a code.
  public static let size = 32
  private let key: Secret<[UInt8]>

  /// - Throws: `badRequest` if the key has fewer than 16 or more than 64 bytes.
  public init(key: Secret<[UInt8]>) throws(RoostError) {
    try Sodium.prepare()
    guard (16...64).contains(key.exposed.count) else {
      throw RoostError(
        .badRequest, "A hash key has 16 to 64 bytes, not \(key.exposed.count).")
    }
    self.key = key
  }

  /// The code of these bytes.
  public func mac(_ data: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Self.size)
    // Fails only for lengths that `init` has excluded.
    _ = crypto_generichash(
      &code, code.count, data, UInt64(data.count), key.exposed, key.exposed.count)
    return code
  }

  /// Whether `code` is that of these bytes, in constant time.
  public func verify(_ code: [UInt8], of data: [UInt8]) -> Bool {
    equalInConstantTime(code, mac(data))
  }
}
