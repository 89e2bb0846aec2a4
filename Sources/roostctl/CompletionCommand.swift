// SPDX-License-Identifier: Apache-2.0

import Base

/// `roostctl completion bash`. Works offline.
struct CompletionCommand: Command {
  let name = "completion bash"
  let summary = "Print the script by which bash completes roostctl's commands."
  let options: [Option] = []

  func run(_ options: Options) -> Outcome {
    print(BashCompletion.script(for: CommandTable.all), terminator: "")
    return .done
  }
}
