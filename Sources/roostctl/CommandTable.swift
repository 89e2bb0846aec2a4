// SPDX-License-Identifier: Apache-2.0

import Base

/// Every command, and how one is found by its words.
enum CommandTable {
  /// In the order of the help.
  static let all: [any Command] = [
    NodeListCommand(),
    NodeShowCommand(),
    NodeEnableCommand(),
    NodeDisableCommand(),
    NodeEnrolCommand(),
    NodeRevokeCommand(),
    EnrolmentListCommand(),
    EnrolmentDeleteCommand(),
    ServerExplainCommand(),
    OrphanListCommand(),
    OrphanRemoveCommand(),
    AuditCommand(),
    CAInitCommand(),
    CAIssuerCommand(),
    CANodeCommand(),
    CAControllerCommand(),
    CompletionCommand(),
  ]

  /// The command that the first words name, and the words behind its name.
  static func find(_ words: [String]) throws(RoostError) -> (any Command, [String]) {
    for command in all {
      let name = command.name.split(separator: " ").map(String.init)
      if words.starts(with: name) { return (command, Array(words.dropFirst(name.count))) }
    }
    let asked = words.prefix { !$0.hasPrefix("-") }.joined(separator: " ")
    let alike = all.map(\.name).filter { $0.hasPrefix("\(words.first ?? "") ") }
    throw RoostError(
      .badRequest,
      "\"\(asked)\" is no command; there \(alike.count == 1 ? "is" : "are") "
        + "\((alike.isEmpty ? all.map(\.name) : alike).joined(separator: ", ")).")
  }

  /// All commands, a line each.
  static var overview: String {
    "Usage: roostctl COMMAND [OPTION…]\n\n" + aligned(all.map { ($0.name, $0.summary) })
      + "\n\n`roostctl COMMAND --help` shows a command's options. The commands `ca …` and "
      + "`completion …`\nwork offline; the others ask the controller.\n\n" + CloudAccess.help
  }

  /// One command with its operands and options.
  static func help(_ command: any Command) -> String {
    let words = ["Usage: roostctl", command.name] + command.operands.map(\.name)
    let usage = wrapped(words.joined(separator: " "), command.options.map(\.usage))
    let lines =
      command.operands.map { ($0.name, $0.help) } + command.options.map { ($0.form, $0.help) }
    let parts = ["\(command.summary)", usage, aligned(lines), command.details]
    return parts.compactMap { $0 }.joined(separator: "\n\n")
  }

  /// A line and what follows it, on as many lines as it takes.
  private static func wrapped(_ start: String, _ words: [String]) -> String {
    let indent = String(repeating: " ", count: "Usage: roostctl ".count)
    var lines = [start]
    for word in words {
      if let line = lines.last, line.count + 1 + word.count <= 100 {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(indent + word)
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func aligned(_ lines: [(String, String)]) -> String {
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, help in
      "  \(name)\(String(repeating: " ", count: width - name.count + 2))\(help)"
    }.joined(separator: "\n")
  }
}
