// SPDX-License-Identifier: Apache-2.0

import Base

/// What one cut of power leaves of each change that was not flushed.
struct PowerLoss {
  /// What becomes of one write.
  enum Fate {
    case whole
    /// Some of its sectors are on the disk.
    case torn
    case lost
  }

  /// What a disk writes wholly or not at all, in bytes.
  static let sector = 512

  private let randomness: any Randomness
  /// So many of eight changes survive whole. All and none are likelier than chance would have them for
  /// each change by itself.
  private let share: UInt64

  init(_ randomness: any Randomness) {
    self.randomness = randomness
    share = randomness.number(below: 9)
  }

  func fateOfWrite() -> Fate {
    guard !coin(share, of: 8) else { return .whole }
    return coin() ? .torn : .lost
  }

  /// Whether a change that can't be torn survives.
  func keeps() -> Bool { coin(share, of: 8) }

  func coin(_ count: UInt64 = 1, of all: UInt64 = 2) -> Bool {
    randomness.number(below: all) < count
  }

  /// What a disk has where nothing was written: zeros, or what was there for another file.
  func remains(_ count: Int) -> [UInt8] {
    coin() ? [UInt8](repeating: 0, count: count) : randomness.bytes(count)
  }
}
