// SPDX-License-Identifier: Apache-2.0

import Base

/// A part of a simulated fleet as a process of its own; runs until it is killed.
protocol Tool: Sendable {
  /// The word that chooses it.
  var name: String { get }
  /// One line of help.
  var summary: String { get }
  /// The options it takes, all of them required, each with a value.
  var options: [String] { get }
  func run(_ options: ToolOptions) async throws(RoostError)
}

/// The values of a tool's options.
struct ToolOptions: Sendable {
  private var values: [String: String] = [:]

  /// Reads the words of a command line.
  ///
  /// - Throws: `badRequest` naming what is unknown, missing or without a value.
  init(_ words: some Sequence<String>, for tool: any Tool) throws(RoostError) {
    var words = Array(words)[...]
    while let option = words.popFirst() {
      guard tool.options.contains(option) else {
        throw RoostError(.badRequest, "\(tool.name) takes no option \"\(option)\".")
      }
      guard let value = words.popFirst(), !value.isEmpty else {
        throw RoostError(.badRequest, "\(option) needs a value.")
      }
      values[option] = value
    }
    for option in tool.options where values[option] == nil {
      throw RoostError(.badRequest, "\(tool.name) needs \(option).")
    }
  }

  /// The value of an option that the tool has.
  subscript(option: String) -> String { values[option] ?? "" }
}
