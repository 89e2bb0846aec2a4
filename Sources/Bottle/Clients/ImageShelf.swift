// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// The images that there are, as far as clients know.
final class ImageShelf: Sendable {
  /// Those that stay to the end.
  let lasting: [String]
  private let passing = Mutex<[String]>([])

  init(_ lasting: [String]) { self.lasting = lasting }

  /// A new one, which may be taken away again.
  func add(_ image: String) { passing.withLock { $0.append(image) } }

  /// Takes the oldest of those away that may go; nil while there are no more than `most`.
  func takeOldest(over most: Int) -> String? {
    passing.withLock { $0.count > most ? $0.removeFirst() : nil }
  }

  /// One by chance. Many want the newest.
  func pick(_ randomness: SeededRandomness) -> String {
    let passing = passing.withLock { $0 }
    if let newest = passing.last, randomness.number(below: 2) == 0 { return newest }
    let all = lasting + passing
    return all[Int(randomness.number(below: UInt64(all.count)))]
  }
}
