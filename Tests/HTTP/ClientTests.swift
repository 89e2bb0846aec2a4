// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPClient
import HTTPServer
import Lanes
import Synchronization
import Testing

@Suite struct ClientTests {
  private func client() -> HTTPClient { HTTPClient(lane: Lane(name: "http-test")) }

  private func failure(_ work: () async throws -> Void) async throws -> RoostError {
    try await #require(throws: RoostError.self) { try await work() }
  }

  @Test func sendsMethodHeadersAndBody() async throws {
    let handler = TestHandler { head, body in
      guard case .bytes(let bytes) = body else { return HTTPResponse(status: 500) }
      let text = String(decoding: bytes, as: UTF8.self)
      return HTTPResponse(
        status: 418, headers: [("X-Answer", " yes "), ("X-Empty", "")],
        body: .bytes(
          Array(
            "\(head.method) \(head.path) \(head.header("X-A") ?? "-") \(head.header("content-type") ?? "-") \(text)"
              .utf8)))
    }
    try await withServer(handler) { server in
      let client = client()
      let url = "http://\(server.address)/a?b=c"
      for (method, body, type) in [
        ("GET", nil, "-"), ("POST", "", "-"), ("PUT", "text", "text/plain"), ("DELETE", nil, "-"),
        ("PATCH", "x", "-"), ("POST", "y", "application/json"),
      ] {
        let answer = try await client.request(
          method, url, headers: [("X-A", "1")] + (type == "-" ? [] : [("Content-Type", type)]),
          body: body.map { Array($0.utf8) })
        #expect(answer.status == 418)
        #expect(answer.header("x-answer") == "yes")
        #expect(
          String(decoding: answer.bytes, as: UTF8.self) == "\(method) /a 1 \(type) \(body ?? "")")
      }
      let head = try await client.request("HEAD", url)
      #expect(head.status == 418 && head.bytes.isEmpty && head.header("Content-Length") != "0")
    }
  }

  @Test func anAnswerOverTheLimitIsRefused() async throws {
    let handler = TestHandler { _, _ in TestHandler.text("eleven byte") }
    try await withServer(handler) { server in
      let url = "http://\(server.address)/"
      #expect(try await client().request("GET", url, limit: 11).bytes.count == 11)
      let error = try await failure { _ = try await client().request("GET", url, limit: 10) }
      #expect(error.kind == .tooLarge && error.user.contains("more than 10 bytes"))
    }
  }

  @Test func whatCannotBeReachedIsNamedWithoutItsSecrets() async throws {
    let error = try await failure {
      _ = try await client().request("GET", "http://user:secret@127.0.0.1:1/a?token=secret")
    }
    #expect(error.kind == .unavailable)
    #expect(error.user.contains("http://127.0.0.1:1/a"))
    #expect(!"\(error)".contains("secret"))
  }

  @Test func onlyHTTPIsSpoken() async throws {
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "nonsense://x", "http://", ""] {
      let error = try await failure { _ = try await client().request("GET", url) }
      #expect(error.kind == .badRequest, "\(url) \(error)")
    }
  }

  @Test func aHeaderCannotHoldALineBreak() async throws {
    let error = try await failure {
      _ = try await client().request("GET", "http://127.0.0.1:1/", headers: [("A", "b\r\nC: d")])
    }
    #expect(error.kind == .badRequest)
  }

  @Test func aDeadlineEndsTheWait() async throws {
    let handler = TestHandler { _, _ in
      try? await SystemClock().sleep(for: .seconds(3600))
      return HTTPResponse(status: 200)
    }
    try await withServer(handler) { server in
      let error = try await failure {
        _ = try await client().request(
          "GET", "http://\(server.address)/", timeout: .milliseconds(200))
      }
      #expect(error.kind == .deadlineExceeded)
    }
  }

  @Test func cancellingTheTaskEndsTheTransfer() async throws {
    let (events, report) = AsyncStream.makeStream(of: Void.self)
    let handler = TestHandler { _, _ in
      report.yield()
      try? await SystemClock().sleep(for: .seconds(3600))
      return HTTPResponse(status: 200)
    }
    try await withServer(handler) { server in
      let client = client()
      let task = Task(executorPreference: globalConcurrentExecutor) {
        try await client.request("GET", "http://\(server.address)/")
      }
      for await _ in events { break }
      task.cancel()
      let error = try await failure { _ = try await task.value }
      #expect(error.kind == .cancelled)
    }
  }
}
