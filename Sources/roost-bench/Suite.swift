// SPDX-License-Identifier: Apache-2.0

import Base

/// A set of figures that are measured together.
protocol Suite: Sendable {
  /// The word that chooses it.
  var name: String { get }
  /// One line of help.
  var summary: String { get }
  /// The options it takes, as usage shows them; empty for none.
  var usage: String { get }
  /// This suite with the options of a command line.
  ///
  /// - Throws: `badRequest` naming the option that is unknown or has a wrong value.
  func configured(by words: [String]) throws(RoostError) -> any Suite
  /// Measures. `progress` gets a line whenever something that takes long begins.
  func run(_ progress: @escaping @Sendable (String) -> Void) async throws(RoostError) -> [Figure]
}

extension Suite {
  var usage: String { "" }

  func configured(by words: [String]) throws(RoostError) -> any Suite {
    guard let first = words.first else { return self }
    throw RoostError(.badRequest, "\(name) takes no option \"\(first)\".")
  }
}
