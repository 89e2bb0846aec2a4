// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import Synchronization
import Testing

@Suite struct StreamingTests {
  /// Counts what it is sent.
  static let counting = TestHandler(plan: { _ in .stream }) { _, body in
    guard case .pieces(let pieces) = body else { return HTTPResponse(status: 500) }
    var count = 0
    var largest = 0
    do throws(RoostError) {
      while let piece = try await pieces.next() {
        count += piece.count
        largest = max(largest, piece.count)
      }
    } catch {
      return HTTPResponse(status: 500)
    }
    return TestHandler.text("\(count) \(largest <= 1 << 20)")
  }

  @Test func aLargeBodyComesInPieces() async throws {
    try await withServer(Self.counting) { server in
      let answer = try await shell(
        "/bin/sh",
        [
          "-c",
          "head -c 268435456 /dev/zero | curl -sS --max-time 90 -T - http://\(server.address)/",
        ])
      #expect(answer == "268435456 true")
    }
  }

  @Test func aReaderThatPausesStopsTheSenderAndLosesNothing() async throws {
    let (started, startedSignal) = AsyncStream.makeStream(of: Void.self)
    let (mayRead, mayReadSignal) = AsyncStream.makeStream(of: Void.self)
    let handler = TestHandler(plan: { _ in .stream }) { head, body in
      startedSignal.yield()
      for await _ in mayRead { break }
      return await Self.counting.respond(head, body)
    }
    try await withServer(handler) { server in
      async let answer = shell(
        "/bin/sh",
        [
          "-c",
          "head -c 268435456 /dev/zero | curl -sS --max-time 90 -T - http://\(server.address)/",
        ])
      for await _ in started { break }
      mayReadSignal.yield()
      let said = try await answer
      #expect(said == "268435456 true")
    }
  }

  @Test func anEmptyStreamEnds() async throws {
    try await withServer(Self.counting) { server in
      let answer = try await curl(server, "-X", "PUT", "{}/")
      #expect(answer == "0 true")
    }
  }

  @Test func anAnswerBeforeTheBodysEndArrives() async throws {
    let handler = TestHandler(plan: { _ in .stream }) { _, body in
      if case .pieces(let pieces) = body { _ = try? await pieces.next() }
      return HTTPResponse(status: 413)
    }
    try await withServer(handler) { server in
      let answer = try await shell(
        "/bin/sh",
        [
          "-c",
          "head -c 30000000 /dev/zero | curl -sS -w '%{http_code}' -T - http://\(server.address)/",
        ])
      #expect(answer.hasSuffix("413"))
    }
  }

  @Test func aPeerThatLeavesInTheMiddleEndsTheStream() async throws {
    let (failures, failed) = AsyncStream.makeStream(of: RoostError.Kind?.self)
    let handler = TestHandler(plan: { _ in .stream }) { _, body in
      guard case .pieces(let pieces) = body else { return HTTPResponse(status: 500) }
      do throws(RoostError) {
        while try await pieces.next() != nil {}
        failed.yield(nil)
      } catch {
        failed.yield(error.kind)
      }
      return HTTPResponse(status: 200)
    }
    try await withServer(handler) { server in
      let client = try RawClient(server)
      try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome")
      client.leave()
      var seen: RoostError.Kind??
      for await failure in failures {
        seen = failure
        break
      }
      #expect(seen == .some(.cancelled))
    }
  }
}
