// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import roostctl

private struct Sample: Command {
  let name = "sample do"
  let summary = "Do it."
  let operands = [Operand("THING", "what to do it to")]
  let options = [
    Option("--folder", "FOLDER", .required, "where"),
    Option("--host", "NAME", .repeated, "for whom"),
    Option("--json", nil, .optional, "how"),
  ]

  func run(_ options: Options) -> Outcome { .done }
}

struct OptionsTests {
  private func parse(_ words: String...) throws(RoostError) -> Options {
    try Options(parsing: words, for: Sample())
  }

  @Test func wordsMayComeInAnyOrder() throws {
    let options = try parse("--host=a", "thing", "--json", "--folder", "/f", "--host", "b=c")
    #expect(options.operand == "thing")
    #expect(try options.required("--folder") == "/f")
    #expect(options.all("--host") == ["a", "b=c"])
    #expect(options.has("--json"))
    #expect(options.value("--user") == nil)
  }

  @Test func afterTwoDashesEverythingIsAnOperand() throws {
    #expect(try parse("--folder", "/f", "--", "--json").operand == "--json")
    #expect(try !parse("--folder", "/f", "--", "--json").has("--json"))
  }

  @Test(arguments: [
    (["thing"], "`sample do` needs --folder FOLDER: where."),
    (["--folder", "/f"], "`sample do` needs THING: what to do it to."),
    (["--folder", "/f", "a", "b"], "does not take \"b\"; it takes THING, --folder"),
    (["--colour", "thing"], "`sample do` does not take \"--colour\""),
    (["thing", "--folder"], "--folder needs a value: --folder FOLDER."),
    (["thing", "--folder="], "--folder needs a value"),
    (["thing", "--folder", "a", "--folder", "b"], "--folder is given twice."),
    (["thing", "--folder", "a", "--json=yes"], "--json takes no value."),
  ])
  func aWrongCommandLineIsSaidToBe(words: [String], message: String) {
    let error = #expect(throws: RoostError.self) {
      _ = try Options(parsing: words, for: Sample())
    }
    #expect(error?.kind == .badRequest)
    #expect(error?.user.contains(message) == true, "\(error?.user ?? "")")
  }
}

struct CommandTableTests {
  @Test func aCommandIsFoundByItsWords() throws {
    let (command, rest) = try CommandTable.find(["node", "show", "n1", "--json"])
    #expect(command.name == "node show")
    #expect(rest == ["n1", "--json"])
    #expect(try CommandTable.find(["audit"]).0.name == "audit")
  }

  @Test func halfACommandNamesTheRest() {
    let error = #expect(throws: RoostError.self) { try CommandTable.find(["ca", "--help"]) }
    #expect(
      error?.user
        == "\"ca\" is no command; there are ca init, ca issuer, ca node, ca controller.")
    let other = #expect(throws: RoostError.self) { try CommandTable.find(["servers"]) }
    #expect(other?.user.contains("node list") == true)
  }

  @Test func everyCommandHasHelp() {
    for command in CommandTable.all {
      #expect(CommandTable.overview.contains("  \(command.name)  "))
      let help = CommandTable.help(command)
      #expect(help.contains("Usage: roostctl \(command.name)"))
      for option in command.options { #expect(help.contains("  \(option.form)  ")) }
      for operand in command.operands { #expect(help.contains("  \(operand.name)  ")) }
      #expect(help.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
  }
}
