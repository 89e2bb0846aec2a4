// SPDX-License-Identifier: Apache-2.0

public import HTTPServer
public import JSON

extension HTTPResponse {
  /// A JSON object as the body.
  public static func json(
    _ status: Int = 200, headers: [(name: String, value: String)] = [],
    _ body: (inout JSONWriter) -> Void
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.object { body(&$0) }
    return HTTPResponse(
      status: status, headers: [("Content-Type", "application/json")] + headers,
      body: .bytes(writer.bytes))
  }

  /// No body.
  public static func empty(
    _ status: Int = 204, headers: [(name: String, value: String)] = []
  ) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers)
  }
}
