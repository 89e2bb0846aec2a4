// SPDX-License-Identifier: Apache-2.0

import CMicroHTTPD
import Glibc

/// Reads a request's head out of MHD.
enum RequestHead {
  /// Nil if the target's query can't be decoded.
  static func read(_ connection: OpaquePointer, method: String, target: String) -> HTTPHead? {
    guard let target = RequestTarget(target) else { return nil }
    return HTTPHead(
      method: method, path: target.path, query: target.query, headers: headers(connection),
      peer: peer(connection))
  }

  /// The body's length as the head tells it. MHD has already refused a `Content-Length` that is no
  /// number, and one beside `Transfer-Encoding`.
  static func announced(_ connection: OpaquePointer) -> ExchangeState.Announced {
    if MHD_lookup_connection_value(connection, .HEADER_KIND, "Transfer-Encoding") != nil {
      return .unknown
    }
    guard let text = MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length")
    else { return .none }
    guard let length = UInt64(String(cString: text)) else { return .unknown }
    return length == 0 ? .none : .bytes(length)
  }

  private final class Fields {
    var all: [(name: String, value: String)] = []
  }

  private static func headers(_ connection: OpaquePointer) -> [(name: String, value: String)] {
    let fields = Fields()
    MHD_get_connection_values(
      connection, .HEADER_KIND,
      { context, _, name, value in
        guard let context, let name else { return .NO }
        Unmanaged<Fields>.fromOpaque(context).takeUnretainedValue().all.append(
          (String(cString: name), value.map { String(cString: $0) } ?? ""))
        return .YES
      }, Unmanaged.passUnretained(fields).toOpaque())
    return fields.all
  }

  private static func peer(_ connection: OpaquePointer) -> String {
    guard let pointer = roost_http_peer(connection), let address = SocketAddress(pointer) else {
      return "unknown"
    }
    return address.host
  }
}
