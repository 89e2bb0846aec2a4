// SPDX-License-Identifier: Apache-2.0

import Base
import Config
import Testing

@Suite struct ConfigReaderTests {
  private enum Mode: CaseIterable {
    case slow
    case fast
  }

  private func reader(_ text: String) throws(RoostError) -> ConfigReader {
    try ConfigReader(text: Array(text.utf8), file: "a.yaml")
  }

  private func message(_ text: String, _ read: (ConfigReader) throws -> Void = { _ in }) throws
    -> String
  {
    let error = try #require(throws: RoostError.self) { try read(try reader(text)) }
    #expect(error.kind == .badRequest)
    return error.user
  }

  @Test func readsWhatIsWrittenAndDefaultsWhatIsNot() throws {
    let config = try reader(
      """
      # A comment.
      name: node-1
      quoted: "5"
      count: 12
      on: true
      lease: 15s
      size: 10 GiB
      ratio: 1.5
      nothing:
      folder: /var/lib/roost
      mode: fast
      libvirt:
        uri: qemu:///system
      hosts: [a, b]
      bridges:
        - name: physnet0
          mtu: 1500
        - name: physnet1
      """)
    #expect(try config.string("name") == "node-1")
    #expect(try config.string("quoted") == "5")
    #expect(try config.integer("count", in: 1...20) == 12)
    #expect(try config.bool("on", default: false))
    #expect(
      try config.duration("lease", in: .seconds(1)...(.seconds(60)), default: .zero) == .seconds(15)
    )
    #expect(try config.bytes("size", in: 0...Int64.max, default: 0) == 10 << 30)
    #expect(try config.number("ratio", in: 0...2, default: 0) == 1.5)
    #expect(try config.optionalString("nothing") == nil)
    #expect(try config.path("folder") == "/var/lib/roost")
    #expect(try config.choice("mode", default: Mode.slow) == .fast)
    #expect(try config.section("libvirt").string("uri") == "qemu:///system")
    #expect(try config.strings("hosts") == ["a", "b"])
    let bridges = try config.sections("bridges")
    #expect(try bridges.map { try $0.string("name") } == ["physnet0", "physnet1"])
    #expect(try bridges.map { try $0.integer("mtu", in: 68...9000, default: 0) } == [1500, 0])
    #expect(try config.string("absent", default: "x") == "x")
    #expect(try config.section("absent_section").integer("x", in: 0...9, default: 7) == 7)
    #expect(try config.optionalSection("other") == nil)
    try config.finish()
  }

  @Test func aWordThatIsNoChoiceIsToldThemAll() throws {
    #expect(
      try message("mode: medium\n") { _ = try $0.choice("mode", default: Mode.slow) }
        .contains("one of slow, fast"))
  }

  @Test func anEmptyFileHasOnlyDefaults() throws {
    for text in ["", "# nothing\n", "---\n", "~\n"] { try reader(text).finish() }
  }

  @Test func anUnknownKeyIsNamedWithItsNearest() throws {
    #expect(
      try message("a: 1\nlibvrit:\n  uri: x\n") {
        _ = try $0.integer("a", in: 0...9)
        _ = try $0.section("libvirt")
        try $0.finish()
      } == "a.yaml:2: unknown key `libvrit`; did you mean `libvirt`?")
    #expect(
      try message("libvirt:\n  url: x\n") {
        _ = try $0.section("libvirt").optionalString("uri")
        try $0.finish()
      } == "a.yaml:2: unknown key `url` in `libvirt`; did you mean `uri`?")
    #expect(
      try message("zebra: 1\n") {
        _ = try $0.string("name", default: "")
        _ = try $0.string("age", default: "")
        try $0.finish()
      } == "a.yaml:1: unknown key `zebra`; known here are `age`, `name`.")
  }

  @Test func errorsNameFileLineAndKey() throws {
    #expect(
      try message("a: 1\nn: x\n") { _ = try $0.integer("n", in: 0...9) }
        == "a.yaml:2: `n` should be a whole number from 0 to 9, not `x`.")
    #expect(
      try message("n: 10\n") { _ = try $0.integer("n", in: 0...9) }
        == "a.yaml:1: `n` should be a whole number from 0 to 9, not `10`.")
    #expect(
      try message("s:\n  t: 1y\n") {
        _ = try $0.section("s").duration(
          "t", in: .milliseconds(500)...(.seconds(60)), default: .zero)
      }
        == "a.yaml:2: `s.t` should be a span like 500ms, 15s, 2m, 1h or 90d, from 500ms to 60s, not `1y`."
    )
    #expect(
      try message("b: maybe\n") { _ = try $0.bool("b", default: true) }
        == "a.yaml:1: `b` should be true or false, not `maybe`.")
    #expect(
      try message("p: x/y\n") { _ = try $0.path("p") }
        == "a.yaml:1: `p` should be an absolute path, not `x/y`.")
    #expect(
      try message("s: [1, 2]\n") { _ = try $0.section("s") }
        == "a.yaml:1: `s` should be a section of keys with values, not a list of 2.")
    #expect(
      try message("\ns:\n  x: 1\n") { _ = try $0.section("s").string("y") }
        == "a.yaml:2: `s.y` is required.")
    #expect(
      try message("l:\n- a: 1\n- b\n") { _ = try $0.sections("l") }
        == "a.yaml:1: `l` should be a list of sections, not a list of 2.")
    #expect(
      try message("z: 99999999999 TiB\n") { _ = try $0.bytes("z", in: 0...9, default: 0) }
        .hasSuffix("not `99999999999 TiB`."))
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "a.yaml:3: the key `a` is given twice, first on line 1."),
    ("a: &x 1\nb: *x\n", "a.yaml:2: aliases (`*name`) are not allowed."),
    ("a: !!str 1\n", "a.yaml:1: tags (`!name`) are not allowed."),
    ("a: 1\n---\nb: 2\n", "a.yaml:2: a second document begins; one is allowed."),
    ("- a\n", "a.yaml:1: expected keys with values, got a list of 1."),
    ("text\n", "a.yaml:1: expected keys with values, got `text`."),
    ("[a]: 1\n", "a.yaml:1: a key must be plain text."),
    ("a: \"x\\0y\"\n", "a.yaml:1: text must not contain NUL."),
  ])
  func whatHidesSomethingIsRefused(text: String, error: String) throws {
    #expect(try message(text) == error)
  }

  @Test func malformedYAMLNamesItsLine() throws {
    for text in ["a: 1\n  b: [\n", "a: 1\n\tb: 2\n", "a: \"x\n", "a: 1\nb: }\n"] {
      #expect(try message(text).hasPrefix("a.yaml:"), "\(text)")
    }
    #expect(throws: RoostError.self) {
      try ConfigReader(text: [0x61, 0x3A, 0x20, 0xFF, 0x0A], file: "a.yaml")
    }
  }

  @Test func sizeAndDepthAreLimited() throws {
    let deep = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
    #expect(try message("a: \(deep)") == "a.yaml:1: nested deeper than 16 levels.")
    let error = try #require(throws: RoostError.self) {
      try ConfigReader(text: [UInt8](repeating: 0x20, count: 1 << 20 + 1), file: "a.yaml")
    }
    #expect(error.kind == .tooLarge)
  }

  @Test func aMissingFileIsNamed() throws {
    let error = try #require(throws: RoostError.self) {
      try ConfigReader(file: "/nowhere/agent.yaml", disk: SystemDisk())
    }
    #expect(error.kind == .notFound && error.user.contains("/nowhere/agent.yaml"))
  }
}
