// SPDX-License-Identifier: Apache-2.0

import ControllerDaemon
import Glibc

@main
enum Main {
  static func main() {
    exit(ControllerProgram.main(CommandLine.arguments))
  }
}
