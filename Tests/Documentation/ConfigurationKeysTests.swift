// SPDX-License-Identifier: Apache-2.0

import AgentDaemon
import Base
import ControllerDaemon
import Testing

/// What the programs read, what the examples show and what docs/configuration.md lists are the same
/// keys.
struct ConfigurationKeysTests {
  /// A program that reads a configuration.
  enum Program: String, CaseIterable, Sendable {
    case controller = "The controller"
    case agent = "The agent"

    var example: String { "\(self)/roost-\(self).yaml" }

    func read(_ text: String) throws(RoostError) {
      switch self {
      case .controller: _ = try ControllerConfiguration(text: text, file: "a.yaml")
      case .agent: _ = try AgentConfiguration(text: text, file: "a.yaml")
      }
    }
  }

  @Test(arguments: Program.allCases) func everyKeyIsDocumented(_ program: Program) throws {
    let page = try repositoryFile("docs/configuration.md")
    let chapter = try #require(
      page.parts(by: "\n## ").first { $0.hasPrefix("\(program.rawValue),") })
    let listed = chapter.split(separator: "\n").filter { $0.hasPrefix("| `") }
      .map { String($0.dropFirst(3).prefix { $0 != "`" }) }
    #expect(listed.sorted() == keys(of: program).sorted())
  }

  @Test(arguments: Program.allCases) func everyKeyIsInTheExample(_ program: Program) throws {
    let example = try repositoryFile(program.example)
    #expect(throws: Never.self) { try program.read(example) }
    // Prose has a space behind its mark, a key has none.
    let shown = example.split(separator: "\n").compactMap { line -> (depth: Int, key: String)? in
      let indent = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indent)
      let text = rest.hasPrefix("#") ? rest.dropFirst() : rest
      guard let colon = text.firstIndex(of: ":"), text.first?.isLetter == true else { return nil }
      return (indent / 2, String(text[..<colon]))
    }
    var path: [String] = []
    var found: [String] = []
    for (place, (depth, key)) in shown.enumerated() {
      path = path.prefix(depth) + [key == "physnet0" ? "NAME" : key]
      let isSection = place + 1 < shown.count && shown[place + 1].depth > depth
      if !isSection { found.append(path.joined(separator: ".")) }
    }
    #expect(found.sorted() == keys(of: program).sorted())
  }

  /// The keys that a program knows, learned from what it says of an unknown one.
  private func keys(of program: Program, in section: [String] = []) -> [String] {
    var text = ""
    for (depth, name) in section.enumerated() {
      text += String(repeating: "  ", count: depth) + "\(name):\n"
    }
    let indent = String(repeating: "  ", count: section.count)
    // What is required is given, so that the unknown key is what is wrong.
    if section.first == "physical_networks", section.count == 2 { text += indent + "bridge: br0\n" }
    let unknown = "entirely-different-from-any-key"
    do {
      try program.read(text + indent + unknown + ": 1\n")
      return []
    } catch {
      let known = error.user.parts(by: "known here are ").dropFirst().first
      guard let known else { return section == ["physical_networks"] ? inNetwork(program) : [] }
      return known.parts(by: "`").enumerated().filter { $0.offset % 2 == 1 }.flatMap {
        let path = section + [$0.element]
        let below = keys(of: program, in: path)
        return below.isEmpty ? [path.joined(separator: ".")] : below
      }
    }
  }

  /// The keys of a physical network, whose section is a name of the operator's.
  private func inNetwork(_ program: Program) -> [String] {
    keys(of: program, in: ["physical_networks", "NAME"])
  }
}
