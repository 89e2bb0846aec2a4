// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Chance that repeats: SplitMix64 from a seed.
public final class SeededRandomness: Randomness {
  private let state: Mutex<UInt64>

  /// The same seed gives the same bytes.
  public init(seed: UInt64 = 1) {
    state = Mutex(seed)
  }

  public func bytes(_ count: Int) -> [UInt8] {
    state.withLock { state in
      var bytes: [UInt8] = []
      while bytes.count < count {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
      }
      return Array(bytes.prefix(count))
    }
  }
}
