// SPDX-License-Identifier: Apache-2.0

import JSON

// The answers that the server gives without asking its handler.
extension HTTPResponse {
  static func tooLarge(_ limit: Int) -> Self {
    plain(413, "Request Entity Too Large", "The body is larger than \(limit) bytes.")
  }

  static let stopping = plain(503, "Service Unavailable", "The server is stopping.", close: true)

  static let malformedTarget = plain(
    400, "Bad Request", "The query is not valid percent-encoded UTF-8.")

  static let unreadable = plain(
    500, "Internal Server Error",
    "An internal error occurred; the operator's log has the details.")

  private static func plain(_ status: Int, _ title: String, _ message: String, close: Bool = false)
    -> Self
  {
    var json = JSONWriter()
    json.object {
      $0.object("error") {
        $0.field("code", status)
        $0.field("title", title)
        $0.field("message", message)
      }
    }
    var headers = [(name: "Content-Type", value: "application/json")]
    if close { headers.append((name: "Connection", value: "close")) }
    return Self(status: status, headers: headers, body: .bytes(json.bytes))
  }
}
