// SPDX-License-Identifier: Apache-2.0

import Base

/// One thing that `roostctl` does. Each has a file of its own and a line in `CommandTable`.
protocol Command: Sendable {
  /// The words that choose it, as `ca init`.
  var name: String { get }
  /// One line of help.
  var summary: String { get }
  /// What must follow the name, in this order.
  var operands: [Operand] { get }
  /// What may follow the name, in any order.
  var options: [Option] { get }
  /// More help, under the options.
  var details: String? { get }
  /// The exit code when it could not be done for another reason than a wrong command line.
  var failureCode: Int32 { get }

  /// Does it. Results go to standard output.
  ///
  /// - Throws: `badRequest` for a wrong command line or clouds.yaml (exit code 2), anything else
  ///   exits with `failureCode`.
  func run(_ options: Options) async throws(RoostError) -> Outcome
}

extension Command {
  var operands: [Operand] { [] }
  var details: String? { nil }
  var failureCode: Int32 { 1 }
}

/// How a command that was carried out came out.
enum Outcome: Int32, Sendable {
  /// Nothing is amiss.
  case done = 0
  /// What was looked for was found, and an operator must act.
  case findings = 1
  /// Nothing was found, but not everything could be looked at.
  case incomplete = 2
}

/// A word that must follow a command's name.
struct Operand: Sendable {
  /// As in the help: `NODE`.
  let name: String
  let help: String

  init(_ name: String, _ help: String) {
    self.name = name
    self.help = help
  }
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

  /// Name and value as they are written.
  var form: String { value.map { "\(name) \($0)" } ?? name }

  /// As in the help: `--folder FOLDER`, in brackets where it may be left out.
  var usage: String {
    switch count {
    case .required: return form
    case .optional: return "[\(form)]"
    case .repeated: return "[\(form)]…"
    }
  }
}
