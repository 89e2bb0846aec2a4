// SPDX-License-Identifier: Apache-2.0

import Base
import Processes
import Testing

@testable import roostctl

/// What a real bash offers behind a line.
struct BashCompletionTests {
  private func offers(_ line: String) throws -> [String] {
    let program = """
      \(BashCompletion.script(for: CommandTable.all))
      read -ra COMP_WORDS <<<"$1"
      case $1 in *' ') COMP_WORDS+=('') ;; esac
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _roostctl
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try ChildProcess("/bin/bash", ["-c", program, "bash", line])
      .run(timeout: .seconds(20), clock: SystemClock())
    #expect(result.succeeded && result.errors.isEmpty, "\(result)")
    return String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    ("roostctl a", ["audit"]),
    ("roostctl ca ", ["init", "issuer", "node", "controller"]),
    ("roostctl node dis", ["disable"]),
    ("roostctl ca init ", ["--folder", "--help"]),
    ("roostctl ca node --fo", ["--folder"]),
    ("roostctl ca node --folder ", []),
    ("roostctl ca node --id ", []),
    ("roostctl ca node --id 1 --h", ["--host", "--help"]),
    ("roostctl nonsense ", []),
  ])
  func aLineIsCompletedFromTheTable(line: String, expected: [String]) throws {
    #expect(try offers(line) == expected)
  }

  @Test func everyCommandAndOptionIsOffered() throws {
    let firsts = try offers("roostctl ")
    for command in CommandTable.all {
      #expect(firsts.contains(command.name.split(separator: " ").first.map(String.init) ?? ""))
      #expect(
        try offers("roostctl \(command.name) ") == command.options.map(\.name) + ["--help"])
    }
  }
}
