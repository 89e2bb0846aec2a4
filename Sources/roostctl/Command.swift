// SPDX-License-Identifier: Apache-2.0

import Base

/// One thing that `roostctl` does. Each has a file of its own and a line in `CommandTable`.
protocol Command: Sendable {
  /// The words that choose it, as `ca init`.
  var name: String { get }
  /// One line of help.
  var summary: String { get }
  /// What may follow the name.
  var options: [Option] { get }

  /// Does it. Results go to standard output.
  ///
  /// - Throws: `badRequest` for a wrong command line (exit code 2), anything else exits with 1.
  func run(_ options: Options) async throws(RoostError)
}

/// One option of a command.
struct Option: Sendable {
  /// How often it may be given.
  enum Count: Sendable {
    case required
    case optional
    case repeated
  }

  /// With its dashes, as `--folder`.
  let name: String
  /// What its value is, for the help: `FOLDER`. Nil for an option without a value.
  let value: String?
  let count: Count
  let help: String

  init(_ name: String, _ value: String?, _ count: Count, _ help: String) {
    self.name = name
    self.value = value
    self.count = count
    self.help = help
  }

  /// As in the help: `--folder FOLDER`, in brackets where it may be left out.
  var usage: String {
    let text = value.map { "\(name) \($0)" } ?? name
    switch count {
    case .required: return text
    case .optional: return "[\(text)]"
    case .repeated: return "[\(text)]…"
    }
  }
}
