// SPDX-License-Identifier: Apache-2.0

import Base

/// A set of figures that are measured together.
protocol Suite: Sendable {
  /// The word that chooses it.
  var name: String { get }
  /// One line of help.
  var summary: String { get }
  /// Measures. `progress` gets a line whenever something that takes long begins.
  func run(_ progress: @Sendable (String) -> Void) async throws(RoostError) -> [Figure]
}
