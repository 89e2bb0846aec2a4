// SPDX-License-Identifier: Apache-2.0

import Base
import CSodium

/// libsodium, initialised once per process.
enum Sodium {
  private static let isReady = sodium_init() >= 0

  static func prepare() throws(RoostError) {
    guard isReady else {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "sodium_init failed")
    }
  }
}

/// Whether two values are equal, in a time that depends on their lengths only.
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && sodium_memcmp(left, right, left.count) == 0
}
