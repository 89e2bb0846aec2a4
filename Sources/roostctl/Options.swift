// SPDX-License-Identifier: Apache-2.0

import Base

/// A command line behind the command's name, checked against what the command takes.
struct Options {
  private var values: [String: [String]] = [:]
  private var operands: [String] = []

  /// Takes `--name value`, `--name=value` and the command's operands. After `--` everything is an
  /// operand.
  ///
  /// - Throws: `badRequest` for an option that is unknown, repeated, missing or lacks its value,
  ///   and for operands that are too few or too many.
  init(parsing words: [String], for command: any Command) throws(RoostError) {
    var rest = words[...]
    var areOperands = false
    while let word = rest.popFirst() {
      if word == "--", !areOperands {
        areOperands = true
      } else if areOperands || !word.hasPrefix("-") || word == "-" {
        operands.append(word)
      } else {
        try take(word, &rest, for: command)
      }
    }
    for option in command.options where option.count == .required && values[option.name] == nil {
      throw RoostError(
        .badRequest, "`\(command.name)` needs \(option.usage): \(option.help).",
        field: option.name)
    }
    if operands.count < command.operands.count {
      let missing = command.operands[operands.count]
      throw RoostError(
        .badRequest, "`\(command.name)` needs \(missing.name): \(missing.help).",
        field: missing.name)
    }
    if operands.count > command.operands.count {
      throw Self.notTaken(operands[command.operands.count], by: command)
    }
  }

  private mutating func take(
    _ word: String, _ rest: inout ArraySlice<String>, for command: any Command
  ) throws(RoostError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? word
    guard let option = command.options.first(where: { $0.name == name }) else {
      throw Self.notTaken(word, by: command)
    }
    guard option.count == .repeated || values[name] == nil else {
      throw RoostError(.badRequest, "\(name) is given twice.")
    }
    var value = parts.count == 2 ? String(parts[1]) : nil
    if option.value != nil, value == nil { value = rest.popFirst() }
    guard (option.value == nil) == (value == nil), value != "" else {
      throw RoostError(
        .badRequest,
        option.value.map { "\(name) needs a value: \(name) \($0)." } ?? "\(name) takes no value.")
    }
    values[name, default: []].append(value ?? "")
  }

  private static func notTaken(_ word: String, by command: any Command) -> RoostError {
    let known = (command.operands.map(\.name) + command.options.map(\.name))
      .joined(separator: ", ")
    return RoostError(
      .badRequest,
      "`\(command.name)` does not take \"\(word)\"; it takes \(known.isEmpty ? "nothing" : known).")
  }

  /// Whether an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// An option's value, if it was given.
  func value(_ name: String) -> String? { values[name]?.first }

  /// All values of an option that may be repeated, as they came.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option; parsing has made sure of a required one.
  func required(_ name: String) throws(RoostError) -> String {
    guard let value = value(name) else { throw RoostError(.badRequest, "\(name) is needed.") }
    return value
  }

  /// The command's first operand; parsing has made sure of it.
  var operand: String { operands.first ?? "" }
}
