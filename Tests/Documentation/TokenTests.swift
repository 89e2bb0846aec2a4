// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

/// The token that `docs/wire.md` shows is the one that is made.
struct TokenTests {
  @Test func theTokenOfThePageIsRead() throws {
    let page = try repositoryFile("docs/wire.md")
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    let block = lines.drop { $0 != "```token" }.dropFirst().prefix { $0 != "```" }
    let token = try EnrolmentToken(
      address: "host1:8771", fingerprint: Array(0..<32), secret: Secret(Array(32..<64)))
    #expect(block.joined() == token.text.exposed)
    #expect(try EnrolmentToken(block.joined()).address == "host1:8771")
  }
}
