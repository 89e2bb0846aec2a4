// SPDX-License-Identifier: Apache-2.0

import Base
import CCurl

/// What libcurl's callbacks need while one transfer runs, and the C strings it borrows.
final class CurlCall {
  let transfer: Transfer
  private let curl: UnsafeMutableRawPointer
  private(set) var headerList: UnsafeMutablePointer<curl_slist>?

  /// - Throws: `badRequest` for a header that would smuggle a second line in.
  init(_ transfer: Transfer, on curl: UnsafeMutableRawPointer) throws(RoostError) {
    self.transfer = transfer
    self.curl = curl
    // libcurl's own would ask before it sends a body, and call every body a form.
    var lines = ["Expect:"]
    if !transfer.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    for (name, value) in transfer.headers {
      guard !name.isEmpty, !(name + value).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
        throw RoostError(.badRequest, "The header `\(name)` holds a control character.")
      }
      // A semicolon is libcurl's way to write a header without a value.
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    for line in lines { headerList = curl_slist_append(headerList, line) }
  }

  deinit { curl_slist_free_all(headerList) }

  var status: Int { roost_curl_status(curl) }

  fileprivate static func at(_ context: UnsafeMutableRawPointer?) -> CurlCall? {
    context.map { Unmanaged<CurlCall>.fromOpaque($0).takeUnretainedValue() }
  }

  static let receiveHeader: curl_write_callback = { data, size, count, context in
    let line = UnsafeRawBufferPointer(start: data, count: size * count)
    guard let call = at(context), call.transfer.receiveHeader(line) else { return 0 }
    return line.count
  }

  static let receivePiece: curl_write_callback = { data, size, count, context in
    let piece = UnsafeRawBufferPointer(start: data, count: size * count)
    guard let call = at(context), call.transfer.receive(piece, status: call.status) else {
      return 0
    }
    return piece.count
  }

  /// Called at least once a second.
  static let checkProgress: curl_xferinfo_callback = { context, _, _, _, _ in
    at(context)?.transfer.isCancelled == true ? 1 : 0
  }
}
