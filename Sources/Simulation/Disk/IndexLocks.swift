// SPDX-License-Identifier: Apache-2.0

/// The eight locks of a write-ahead log's index, for the connections of one process.
///
/// Source: "WAL-mode File Format", sqlite.org/walformat.html, section 2.3.
struct IndexLocks {
  private var readers = [Set<ObjectIdentifier>](repeating: [], count: 8)
  private var writers = [ObjectIdentifier?](repeating: nil, count: 8)

  /// Takes locks for reading, which others may have too.
  mutating func share(_ slots: Range<Int>, _ holder: ObjectIdentifier) -> Bool {
    guard slots.allSatisfy({ writers[$0] == nil || writers[$0] == holder }) else { return false }
    for slot in slots { readers[slot].insert(holder) }
    return true
  }

  /// Takes locks for one connection alone: all of them, or none if another has one.
  mutating func take(_ slots: Range<Int>, _ holder: ObjectIdentifier) -> Bool {
    let isFree = slots.allSatisfy { slot in
      (writers[slot] == nil || writers[slot] == holder)
        && readers[slot].subtracting([holder]).isEmpty
    }
    guard isFree else { return false }
    for slot in slots { writers[slot] = holder }
    return true
  }

  /// Gives locks back, whichever they are.
  mutating func release(_ slots: Range<Int>, _ holder: ObjectIdentifier) {
    for slot in slots {
      readers[slot].remove(holder)
      if writers[slot] == holder { writers[slot] = nil }
    }
  }

  static let all = 0..<8
}
