// SPDX-License-Identifier: Apache-2.0

/// The script by which bash completes command lines of `roostctl`, made from what its commands say
/// of themselves.
enum BashCompletion {
  static func script(for commands: [any Command]) -> String {
    """
    # Completes roostctl's command lines in bash; made by `roostctl completion bash`.
    _roostctl() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=''
      COMPREPLY=()
      case "${COMP_WORDS[*]:1:COMP_CWORD-1} " in
    \((halves(commands) + commands.map(whole)).joined(separator: "\n"))
      esac
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    }
    complete -F _roostctl roostctl

    """
  }

  /// What may follow where no command is named in full yet.
  private static func halves(_ commands: [any Command]) -> [String] {
    var next: [(begin: String, words: [String])] = []
    for command in commands {
      let words = command.name.split(separator: " ").map(String.init)
      for (count, word) in words.enumerated() {
        let begin = words.prefix(count).map { $0 + " " }.joined()
        guard let place = next.firstIndex(where: { $0.begin == begin }) else {
          next.append((begin, [word]))
          continue
        }
        if !next[place].words.contains(word) { next[place].words.append(word) }
      }
    }
    return next.map { half in
      // Without a word before it the line is the space alone.
      "  '\(half.begin.isEmpty ? " " : half.begin)') words='\(half.words.joined(separator: " "))' ;;"
    }
  }

  private static func whole(_ command: any Command) -> String {
    let names = command.options.map(\.name) + ["--help"]
    let files = command.options.filter { isFile($0.value) }.map(\.name)
    let others = command.options.filter { $0.value != nil && !isFile($0.value) }.map(\.name)
    var lines = ["  '\(command.name) '*)"]
    if !(files + others).isEmpty {
      lines.append("    case $before in")
      if !files.isEmpty {
        lines.append(
          "    \(files.joined(separator: " | "))) compopt -o default 2>/dev/null; return ;;")
      }
      if !others.isEmpty { lines.append("    \(others.joined(separator: " | "))) return ;;") }
      lines.append("    esac")
    }
    lines.append("    words='\(names.joined(separator: " "))'")
    lines.append("    ;;")
    return lines.joined(separator: "\n")
  }

  /// Whether bash itself knows what an option's value may be.
  private static func isFile(_ value: String?) -> Bool {
    value == "FOLDER" || value == "PATH" || value == "FILE"
  }
}
