// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import HTTPServer
import Testing

@Suite struct LifetimeTests {
  /// Reports that it runs, then waits until it is cancelled, and reports that.
  private func waiting() -> (TestHandler, AsyncStream<String>) {
    let (events, report) = AsyncStream.makeStream(of: String.self)
    let handler = TestHandler { _, _ in
      report.yield("running")
      try? await SystemClock().sleep(for: .seconds(3600))
      report.yield(Task.isCancelled ? "cancelled" : "slept")
      return HTTPResponse(status: 200)
    }
    return (handler, events)
  }

  @Test func theHandlerIsCancelledWhenThePeerLeaves() async throws {
    let (handler, events) = waiting()
    try await withServer(handler) { server in
      var event = events.makeAsyncIterator()
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await event.next() == "running")
      client.leave()
      #expect(await event.next() == "cancelled")
    }
  }

  @Test func stoppingCancelsAndAnswersWhatRuns() async throws {
    let (handler, events) = waiting()
    let server = try startServer(HTTPServerConfiguration(address: "127.0.0.1:0"), handler)
    var event = events.makeAsyncIterator()
    let client = try RawClient(server)
    try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(await event.next() == "running")
    await server.stop(grace: .zero)
    #expect(await event.next() == "cancelled")
    #expect(try await client.receive().hasPrefix("HTTP/1.1 "))
    #expect(throws: RoostError.self) { try RawClient(server) }
    await server.stop()
  }

  @Test func stoppingGivesRunningRequestsTime() async throws {
    let (events, report) = AsyncStream.makeStream(of: String.self)
    let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
    let handler = TestHandler { _, _ in
      report.yield("running")
      for await _ in mayEnd { break }
      return TestHandler.text("in time")
    }
    let server = try startServer(HTTPServerConfiguration(address: "127.0.0.1:0"), handler)
    var event = events.makeAsyncIterator()
    let client = try RawClient(server)
    try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(await event.next() == "running")
    async let stopped: Void = server.stop(grace: .seconds(30))
    end.yield()
    #expect(try await client.receive().hasSuffix("in time"))
    await stopped
  }

  @Test func stoppingEndsAHandlerThatIgnoresItsCancellation() async throws {
    let (events, report) = AsyncStream.makeStream(of: String.self)
    let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
    let handler = TestHandler(plan: { _ in .stream }) { _, body in
      report.yield("running")
      // Not for-await: that would end with the cancellation.
      await withCheckedContinuation { continuation in
        Task(executorPreference: globalConcurrentExecutor) {
          for await _ in mayEnd { break }
          continuation.resume()
        }
      }
      if case .pieces(let pieces) = body { _ = try? await pieces.next() }
      report.yield("ended")
      return HTTPResponse(status: 200)
    }
    let server = try startServer(HTTPServerConfiguration(address: "127.0.0.1:0"), handler)
    var event = events.makeAsyncIterator()
    // One waits for its answer, one for room.
    let waits = try RawClient(server)
    try await waits.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
    #expect(await event.next() == "running")
    let sends = try RawClient(server)
    let much = String(repeating: "x", count: 700_000)
    try await sends.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n\(much)")
    #expect(await event.next() == "running")
    await server.stop(grace: .zero)
    end.yield()
    end.yield()
    #expect(await event.next() == "ended")
    #expect(await event.next() == "ended")
  }

  @Test func manyRequestsAtOnceAreAllAnswered() async throws {
    try await withServer(.echo) { server in
      let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<64 {
          group.addTask {
            let client = try RawClient(server)
            for round in 0..<10 {
              let text = "<\(number)-\(round)>"
              try await client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
              guard try await client.receive(until: text).contains(text) else { return false }
            }
            return true
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(answers == 64)
    }
  }

  @Test func anAddressThatCannotBeHadIsNamed() async throws {
    try await withServer(.echo) { server in
      for (address, text) in [
        (server.address, "Cannot listen on \(server.address)"), ("localhost", "`localhost`"),
        ("127.0.0.1:99999", "expected one like"), ("[::zz]:1", "`[::zz]:1`"),
      ] {
        let error = try #require(throws: RoostError.self) {
          try startServer(HTTPServerConfiguration(address: address), TestHandler.echo)
        }
        #expect(error.user.contains(text))
      }
    }
  }
}
