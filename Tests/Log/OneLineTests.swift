// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Log

@Suite struct OneLineTests {
  @Test(arguments: ["\n", "\r", "\r\n", "\u{1B}", "\u{0}", "\u{85}", "\u{2028}", "\u{2029}"])
  func noValueCanForgeALine(_ end: String) {
    let line = oneLine("a\(end)error  forged")
    #expect(!line.unicodeScalars.contains { end.unicodeScalars.contains($0) })
    #expect(line.hasPrefix("a\\"))
    #expect(line.hasSuffix("error  forged"))
  }

  @Test func leavesOrdinaryTextAlone() {
    #expect(oneLine("größe 7 → 8") == "größe 7 → 8")
  }
}
