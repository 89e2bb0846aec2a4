// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle

/// A fleet in a bottle: controller and agents in this process, on virtual time, from a seed, with faults.
struct BottleSuite: Suite {
  let name = "bottle"
  let summary = "controller and agents in one process on virtual time, from a seed, with faults"
  /// Nil measures.
  var options: BottleOptions?

  var usage: String { BottleOptions.usage }

  func configured(by words: [String]) throws(RoostError) -> any Suite {
    var suite = self
    suite.options = words.isEmpty ? nil : try BottleOptions(words)
    return suite
  }

  func run(_ progress: @escaping @Sendable (String) -> Void) async throws(RoostError) -> [Figure] {
    guard let options else { return try BottleSpeed(progress).measure() }
    return try await BottleSearch(options, progress).run()
  }
}
