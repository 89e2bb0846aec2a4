// SPDX-License-Identifier: Apache-2.0

import Base

/// A command line behind the command's name, checked against what the command takes.
struct Options {
  private var values: [String: [String]] = [:]

  /// Takes `--name value` and `--name=value`.
  ///
  /// - Throws: `badRequest` for an option that is unknown, repeated, missing or lacks its value.
  init(parsing words: [String], allowed: [Option], of command: String) throws(RoostError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first.map(String.init) ?? word
      guard let option = allowed.first(where: { $0.name == name }) else {
        let known = allowed.map(\.name).joined(separator: ", ")
        throw RoostError(
          .badRequest, "`\(command)` does not take \"\(word)\"; it takes \(known).")
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
    for option in allowed where option.count == .required && values[option.name] == nil {
      throw RoostError(
        .badRequest, "`\(command)` needs \(option.usage): \(option.help).", field: option.name)
    }
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
}
