// SPDX-License-Identifier: Apache-2.0

import AgentDaemon
import Glibc

@main
enum Main {
  static func main() {
    exit(AgentProgram.main(CommandLine.arguments))
  }
}
