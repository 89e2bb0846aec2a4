// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import HTTPServer
import Scratch
import Testing

@Suite struct ResponseTests {
  @Test func headersAndBodyArriveAsGiven() async throws {
    let handler = TestHandler { _, _ in
      HTTPResponse(
        status: 202,
        headers: [("X-A", "1"), ("X-A", "2"), ("Content-Length", "9"), ("X-Bad", "a\r\nb: c")],
        body: .bytes(Array("body".utf8)))
    }
    try await withServer(handler) { server in
      let answer = try await curl(server, "-i", "{}/")
      #expect(answer.hasPrefix("HTTP/1.1 202 Accepted\r\n"))
      #expect(answer.contains("X-A: 1\r\nX-A: 2\r\n"))
      #expect(answer.contains("Content-Length: 4\r\n"))
      #expect(!answer.contains("X-Bad") && !answer.contains("b: c"))
      #expect(answer.hasSuffix("\r\n\r\nbody"))
    }
  }

  @Test func anAnswerMayHaveNoBody() async throws {
    let handler = TestHandler { _, _ in HTTPResponse(status: 204) }
    try await withServer(handler) { server in
      let client = try RawClient(server)
      for _ in 0..<2 {
        try await client.send("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await client.receive(until: "\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 204 No Content\r\n") && answer.hasSuffix("\r\n\r\n"))
      }
    }
  }

  @Test func headIsAnsweredWithoutTheBody() async throws {
    let handler = TestHandler { _, _ in TestHandler.text("twelve bytes") }
    try await withServer(handler) { server in
      let answer = try await curl(server, "-I", "{}/")
      #expect(answer.contains("Content-Length: 12\r\n") && answer.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func aFileIsSentWhole() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("whole")
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try SystemDisk().replace(path, with: content, mode: 0o600)
    let handler = TestHandler { head, _ in
      HTTPResponse(
        status: 200, body: .file(path: head.path == "/none" ? "/nowhere" : path, size: 300_000))
    }
    try await withServer(handler) { server in
      let copy = folder.file("copy")
      _ = try await curl(server, "-o", copy, "{}/")
      #expect(try SystemDisk().read(copy, limit: 1 << 20) == content)
      let missing = try await curl(server, "-w", "%{http_code}", "{}/none")
      #expect(missing.hasSuffix("500") && !missing.contains("nowhere"))
    }
  }

  @Test func aLargeFileIsSentWhole() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("sparse")
    let fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    ftruncate(fd, 1 << 28)
    close(fd)
    let handler = TestHandler { _, _ in
      HTTPResponse(status: 200, body: .file(path: path, size: 1 << 28))
    }
    try await withServer(handler) { server in
      let size = try await curl(server, "-o", "/dev/null", "-w", "%{size_download}", "{}/")
      #expect(size == "268435456")
    }
  }
}
