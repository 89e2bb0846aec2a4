// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import HTTPClient

@Suite struct TransferTests {
  private func transfer(limit: UInt64 = 10, url: String = "http://a/") -> Transfer {
    Transfer(
      method: "GET", url: url, headers: [], body: nil, timeout: .seconds(1), limit: limit,
      sink: .memory)
  }

  private func receive(_ transfer: Transfer, _ text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { transfer.receive($0, status: 200) }
  }

  private func head(_ transfer: Transfer, _ line: String) -> Bool {
    Array(line.utf8).withUnsafeBytes { transfer.receiveHeader($0) }
  }

  // A body without an announced length: libcurl cannot see that it is too long.
  @Test func aBodyThatGrowsOverTheLimitIsRefused() {
    let transfer = transfer()
    #expect(receive(transfer, "0123456789"))
    #expect(!receive(transfer, "x"))
    #expect(transfer.failure?.kind == .tooLarge)
  }

  @Test func aHeadWithoutEndIsRefused() {
    let transfer = transfer()
    let line = "X: \(String(repeating: "x", count: 1000))\r\n"
    #expect((0..<60).allSatisfy { _ in head(transfer, line) })
    #expect((0..<10).contains { _ in !head(transfer, line) })
    #expect(transfer.failure?.kind == .tooLarge)
  }

  @Test func onlyTheLastHeadCounts() throws {
    let transfer = transfer()
    for line in [
      "HTTP/1.1 302 Found\r\n", "Location: /b\r\n", "\r\n", "HTTP/1.1 200 OK\r\n",
      "X-A:  b : c \r\n", "X-Empty:\r\n", "\r\n",
    ] {
      #expect(head(transfer, line))
    }
    let answer = try transfer.answer(status: 200)
    #expect(answer.headers.map { "\($0.name)=\($0.value)" } == ["X-A=b : c", "X-Empty="])
  }

  @Test func messagesShowNoSecretOfAURL() {
    #expect(transfer(url: "https://u:p@h:1/x@y?t=s#f").shownURL == "https://h:1/x@y")
    #expect(transfer(url: "https://h/x").shownURL == "https://h/x")
    #expect(transfer(url: "nonsense").shownURL == "nonsense")
  }
}
