// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import Testing

@Suite struct RequestTests {
  @Test func theHandlerSeesTheHeadAsSent() async throws {
    let handler = TestHandler { head, _ in
      let query = head.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
      return TestHandler.text(
        "\(head.method) \(head.path) \(query) \(head.header("x-a") ?? "-") \(head.peer)")
    }
    try await withServer(handler) { server in
      let answer = try await curl(
        server, "-g", "-H", "X-A: b c", "{}/a%2Fb/c?tag=2&tag=1&name=%C3%A9+x%26&flag")
      #expect(answer == "GET /a%2Fb/c tag=2|tag=1|name=é x&|flag= b c 127.0.0.1")
    }
  }

  @Test func aQueryThatCannotBeDecodedIsRefused() async throws {
    try await withServer(.echo) { server in
      for query in ["a=%zz", "a=%", "a=%ff", "a=%00"] {
        let answer = try await curl(server, "-w", "%{http_code}", "{}/x?\(query)")
        #expect(answer.contains("percent-encoded UTF-8") && answer.hasSuffix("400"), "\(query)")
      }
    }
  }

  @Test func aConnectionServesManyRequests() async throws {
    try await withServer(.echo) { server in
      let client = try RawClient(server)
      for text in ["one", "two"] {
        try await client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\(text)")
        let answer = try await client.receive(until: text)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      }
    }
  }

  @Test func aChunkedBodyIsCollected() async throws {
    try await withServer(.echo) { server in
      let answer = try await curl(
        server, "-H", "Transfer-Encoding: chunked", "-d", "hello", "{}/")
      #expect(answer == "hello")
    }
  }

  @Test func aBodyOverTheLimitIsAnswered413() async throws {
    let big = String(repeating: "x", count: 1025)
    try await withServer(.echo) { server in
      for extra in ["A: b", "Transfer-Encoding: chunked", "Expect: 100-continue"] {
        let answer = try await curl(
          server, "-H", extra, "-w", "%{http_code}", "-d", big, "{}/")
        #expect(answer.contains("larger than 1024 bytes") && answer.hasSuffix("413"), "\(extra)")
      }
      #expect(try await curl(server, "-d", "still here", "{}/") == "still here")
    }
  }

  @Test func aRefusedRequestDoesNotReachTheHandler() async throws {
    let handler = TestHandler(plan: { _ in .refuse(HTTPResponse(status: 401)) }) { _, _ in
      Issue.record("called")
      return HTTPResponse(status: 200)
    }
    try await withServer(handler) { server in
      let client = try RawClient(server)
      for _ in 0..<2 {
        try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        #expect(try await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 401"))
      }
      // One who asks first is not told to go on.
      try await client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 401"))
    }
  }

  @Test func oneWhoAsksFirstIsToldToGoOn() async throws {
    try await withServer(.echo) { server in
      let client = try RawClient(server)
      try await client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
      try await client.send("abc")
      #expect(try await client.receive(until: "abc").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func aMalformedOrHugeHeadIsAnsweredAndClosed() async throws {
    try await withServer(.echo, adjust: { $0.headLimit = 16384 }) { server in
      for (head, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20000))\r\n\r\n", "431"),
        ("GET /\(String(repeating: "x", count: 20000)) HTTP/1.1\r\nHost: a\r\n\r\n", "414"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", "413"),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
      ] {
        let client = try RawClient(server)
        try? await client.send(head)
        let answer = try await client.receive()
        #expect(
          answer.hasPrefix("HTTP/1.1 \(status)"), "\(head.prefix(60)) got \(answer.prefix(60))")
      }
      let client = try RawClient(server)
      try await client.send("\u{1}\u{2}\u{3} nonsense\r\n\r\n")
      _ = try await client.receive()
      #expect(try await curl(server, "-d", "still here", "{}/") == "still here")
    }
  }
}
