// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// The operator's command line: finds the command, runs it, turns its error into an exit code.
@main
enum Main {
  static func main() async {
    let words = Array(CommandLine.arguments.dropFirst())
    guard let asked = words.first, asked != "help", asked != "--help", asked != "-h" else {
      print(CommandTable.overview)
      return
    }
    var failureCode: Int32 = 1
    do throws(RoostError) {
      let (command, rest) = try CommandTable.find(words)
      failureCode = command.failureCode
      if rest.contains("--help") || rest.contains("-h") {
        print(CommandTable.help(command))
        return
      }
      let options = try Options(parsing: rest, for: command)
      exit(try await command.run(options).rawValue)
    } catch {
      complain(error)
      exit(error.kind == .badRequest ? 2 : failureCode)
    }
  }

  /// An operator reads this, so both texts of the error are shown.
  private static func complain(_ error: RoostError) {
    let detail = error.operator.map { " (\($0))" } ?? ""
    let line = Array("roostctl: \(error.user.printable)\(detail.printable)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
