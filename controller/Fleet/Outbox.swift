// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol

/// What one node is still to be told: of each instance only the newest state. Pure.
struct Outbox: Sendable {
  private var waiting: [Desired] = []

  /// Takes a state, unless one at least as new waits already.
  mutating func add(_ desired: Desired) {
    if let place = waiting.firstIndex(where: { $0.instanceID == desired.instanceID }) {
      guard waiting[place].generation < desired.generation else { return }
      waiting.remove(at: place)
    }
    waiting.append(desired)
  }

  var isEmpty: Bool { waiting.isEmpty }

  /// The oldest states, so many that a message stays well below the wire's limit.
  func batch(maxCount: Int = 64, maxBytes: Int = 1 << 20) -> [Desired] {
    var batch: [Desired] = []
    var bytes = 0
    for desired in waiting.prefix(maxCount) {
      let size = desired.encoded.count
      if !batch.isEmpty, bytes + size > maxBytes { break }
      batch.append(desired)
      bytes += size
    }
    return batch
  }

  /// Forgets what was told; a newer state that came meanwhile stays.
  mutating func remove(_ told: [Desired]) {
    waiting.removeAll { one in
      told.contains {
        $0.instanceID == one.instanceID
          && ($0.generation == one.generation || PlantedBug.newerUntold.isPlanted)
      }
    }
  }
}
