// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import HTTPClient
import HTTPServer
import Lanes
import Synchronization
import Testing

@Suite struct DownloadTests {
  /// Keeps what it is given, and fails when told to.
  private final class MemoryFile: DiskFile {
    let bytes = Mutex<[UInt8]>([])
    let failsAt: Int
    init(failsAt: Int = .max) { self.failsAt = failsAt }

    func append(_ piece: UnsafeRawBufferPointer) throws(RoostError) {
      let copy = Array(piece)
      let count = bytes.withLock {
        $0 += copy
        return $0.count
      }
      if count > failsAt { throw RoostError(.unavailable, "The disk is full.") }
    }
    func flush() throws(RoostError) {}
    func close() {}
    var count: Int { bytes.withLock { $0.count } }
  }

  private let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private func handler() -> TestHandler {
    let content = content
    return TestHandler { head, _ in
      switch head.path {
      case "/content": HTTPResponse(status: 200, body: .bytes(content))
      case "/moved": HTTPResponse(status: 302, headers: [("Location", "/content")])
      case "/round": HTTPResponse(status: 302, headers: [("Location", "/round")])
      case "/local": HTTPResponse(status: 302, headers: [("Location", "file:///etc/passwd")])
      case "/forbidden": HTTPResponse(status: 403, body: .bytes(Array("why".utf8)))
      case "/broken": HTTPResponse(status: 500)
      default: HTTPResponse(status: 404, body: .bytes(Array("no such thing".utf8)))
      }
    }
  }

  private func download(
    _ server: HTTPServer, _ path: String, to file: any DiskFile,
    headers: [(name: String, value: String)] = [], limit: UInt64 = 1 << 30,
    onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Void = { _ in }
  ) async throws -> HTTPAnswer {
    try await HTTPClient(lane: Lane(name: "download")).download(
      "http://\(server.address)\(path)", to: file, headers: headers, limit: limit, onBytes: onBytes)
  }

  @Test func theContentReachesTheFileAndTheObserver() async throws {
    try await withServer(handler()) { server in
      for path in ["/content", "/moved"] {
        let file = MemoryFile()
        let seen = Atomic(0)
        let answer = try await download(server, path, to: file) {
          seen.add($0.count, ordering: .relaxed)
        }
        #expect(answer.status == 200 && answer.bytes.isEmpty)
        #expect(file.bytes.withLock { $0 } == content)
        #expect(seen.load(ordering: .relaxed) == content.count)
      }
    }
  }

  @Test func aRefusalIsAnErrorAndLeavesTheFileAlone() async throws {
    try await withServer(handler()) { server in
      for (path, kind) in [
        ("/none", RoostError.Kind.notFound), ("/forbidden", .forbidden), ("/broken", .unavailable),
        ("/round", .unavailable), ("/local", .badRequest),
      ] {
        let file = MemoryFile()
        let error = try await #require(throws: RoostError.self) {
          try await download(server, path, to: file)
        }
        #expect(error.kind == kind, "\(path): \(error)")
        #expect(file.count == 0)
      }
    }
  }

  @Test func headersAreNotCarriedToAnotherPlace() async throws {
    try await withServer(handler()) { server in
      let error = try await #require(throws: RoostError.self) {
        try await download(server, "/moved", to: MemoryFile(), headers: [("X-Auth-Token", "t")])
      }
      #expect(error.user.contains("302"))
    }
  }

  @Test func moreThanTheLimitEndsTheTransfer() async throws {
    try await withServer(handler()) { server in
      let file = MemoryFile()
      let error = try await #require(throws: RoostError.self) {
        try await download(server, "/content", to: file, limit: 1_000_000)
      }
      #expect(error.kind == .tooLarge)
      #expect(file.count <= 1_000_000)
    }
  }

  @Test func aFileThatFailsEndsTheTransferWithItsError() async throws {
    try await withServer(handler()) { server in
      let error = try await #require(throws: RoostError.self) {
        try await download(server, "/content", to: MemoryFile(failsAt: 100_000))
      }
      #expect(error.user == "The disk is full.")
    }
  }
}
