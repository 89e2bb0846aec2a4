// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON

/// A request as the HTTP server hands it over.
struct APIRequest: Sendable {
  let head: HTTPHead
  let body: [UInt8]

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
    body = json?.encoded ?? []
  }
}

extension HTTPResponse {
  /// The body as JSON; null when it is none.
  var json: JSONValue {
    guard case .bytes(let bytes) = body else { return .null }
    return (try? JSONValue(parsing: bytes)) ?? .null
  }
}
