// SPDX-License-Identifier: Apache-2.0

import Base

/// Every command, and how one is found by its words.
enum CommandTable {
  /// In the order of the help.
  static let all: [any Command] = [
    CAInitCommand(),
    CANodeCommand(),
    CAControllerCommand(),
  ]

  /// The command that the first words name, and the words behind its name.
  static func find(_ words: [String]) throws(RoostError) -> (any Command, [String]) {
    for command in all {
      let name = command.name.split(separator: " ").map(String.init)
      if words.starts(with: name) { return (command, Array(words.dropFirst(name.count))) }
    }
    let asked = words.prefix { !$0.hasPrefix("-") }.joined(separator: " ")
    throw RoostError(
      .badRequest,
      "\"\(asked)\" is no command; the commands are \(all.map(\.name).joined(separator: ", ")).")
  }

  /// All commands, a line each.
  static var overview: String {
    let width = all.map(\.name.count).max() ?? 0
    let lines = all.map { command in
      let gap = String(repeating: " ", count: width - command.name.count + 2)
      return "  \(command.name)\(gap)\(command.summary)"
    }
    return "Usage: roostctl COMMAND [OPTION…]\n\n" + lines.joined(separator: "\n")
      + "\n\n`roostctl COMMAND --help` shows a command's options."
  }

  /// One command with its options.
  static func help(_ command: any Command) -> String {
    let usage = (["roostctl", command.name] + command.options.map(\.usage)).joined(separator: " ")
    let lines = command.options.map { "  \($0.name)  \($0.help)" }
    return "\(command.summary)\n\nUsage: \(usage)\n\n" + lines.joined(separator: "\n")
  }
}
