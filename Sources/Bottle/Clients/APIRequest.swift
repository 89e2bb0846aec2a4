// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON
import Synchronization

/// A request as the HTTP server hands it over.
struct APIRequest: Sendable {
  let head: HTTPHead
  let body: HTTPBody

  /// - Parameters:
  ///   - path: with the service, as `/compute/v2.1/servers`.
  ///   - caller: whom `NamedCallers` knows by this name.
  init(
    _ method: String, _ path: String, query: [(name: String, value: String)] = [],
    as caller: String, _ json: JSONValue? = nil
  ) {
    var headers = [
      ("X-Auth-Token", caller), ("Host", "controller:8770"),
      ("OpenStack-API-Version", "compute 2.90"),
    ]
    if json != nil { headers.append(("Content-Type", "application/json")) }
    head = HTTPHead(method: method, path: path, query: query, headers: headers)
    body = .bytes(json?.encoded ?? [])
  }

  /// Sends bytes that are no JSON, in one piece.
  init(_ method: String, _ path: String, as caller: String, bytes: [UInt8]) {
    head = HTTPHead(
      method: method, path: path,
      headers: [
        ("X-Auth-Token", caller), ("Host", "controller:8770"),
        ("Content-Type", "application/octet-stream"), ("Content-Length", "\(bytes.count)"),
      ])
    body = .pieces(OnePiece(bytes))
  }
}

/// A body that has arrived as a whole.
private final class OnePiece: HTTPBodyPieces {
  private let rest: Mutex<[UInt8]?>

  init(_ bytes: [UInt8]) { rest = Mutex(bytes) }

  func next() async throws(RoostError) -> [UInt8]? {
    rest.withLock { rest in
      defer { rest = nil }
      return rest
    }
  }
}

extension HTTPResponse {
  /// The body as JSON; null when it is none.
  var json: JSONValue {
    guard case .bytes(let bytes) = body else { return .null }
    return (try? JSONValue(parsing: bytes)) ?? .null
  }
}
