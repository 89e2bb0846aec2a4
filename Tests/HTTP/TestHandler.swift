// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import Log

/// A handler made of closures; collects up to 1 KiB unless told otherwise.
struct TestHandler: HTTPHandler {
  var plan: @Sendable (HTTPHead) -> HTTPBodyPlan = { _ in .collect(limit: 1024) }
  var respond: @Sendable (HTTPHead, HTTPBody) async -> HTTPResponse

  func plan(for head: HTTPHead) -> HTTPBodyPlan { plan(head) }
  func respond(to head: HTTPHead, body: HTTPBody) async -> HTTPResponse {
    await respond(head, body)
  }

  /// Answers with the body it got, however it got it.
  static let echo = TestHandler { _, body in
    switch body {
    case .bytes(let bytes): return HTTPResponse(status: 200, body: .bytes(bytes))
    case .pieces(let pieces):
      var all: [UInt8] = []
      do throws(RoostError) {
        while let piece = try await pieces.next() { all += piece }
      } catch {
        return HTTPResponse(status: 500)
      }
      return HTTPResponse(status: 200, body: .bytes(all))
    }
  }

  static func text(_ text: String) -> HTTPResponse {
    HTTPResponse(
      status: 200, headers: [("Content-Type", "text/plain")], body: .bytes(Array(text.utf8)))
  }
}

func startServer(_ configuration: HTTPServerConfiguration, _ handler: TestHandler)
  throws(RoostError) -> HTTPServer
{
  try HTTPServer(
    configuration, handler: handler, executor: globalConcurrentExecutor, log: .silent)
}

/// Runs a server on a free port for as long as the body lasts.
func withServer(
  _ handler: TestHandler, adjust: (inout HTTPServerConfiguration) -> Void = { _ in },
  _ body: (HTTPServer) async throws -> Void
) async throws {
  var configuration = HTTPServerConfiguration(address: "127.0.0.1:0")
  adjust(&configuration)
  let server = try startServer(configuration, handler)
  do {
    try await body(server)
  } catch {
    await server.stop(grace: .zero)
    throw error
  }
  await server.stop()
}
