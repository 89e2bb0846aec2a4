// SPDX-License-Identifier: Apache-2.0

import Base
import CCurl
import Synchronization

/// One libcurl easy handle with its cached connections.
final class CurlHandle: Sendable {
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let caFile: String?
  private let handle: Mutex<Handle>

  private struct Handle: @unchecked Sendable {
    // Touched under the lock only.
    let pointer: UnsafeMutableRawPointer?
  }

  init(caFile: String?) {
    self.caFile = caFile
    handle = Mutex(Handle(pointer: Self.isReady ? curl_easy_init() : nil))
  }

  deinit {
    handle.withLock { if let pointer = $0.pointer { curl_easy_cleanup(pointer) } }
  }

  /// Blocks until the transfer has ended.
  func perform(_ transfer: Transfer) throws(RoostError) -> HTTPAnswer {
    try handle.withLock { (handle) throws(RoostError) in
      guard let curl = handle.pointer else {
        throw RoostError(.internal, "There is not enough memory for an HTTP request.")
      }
      // Keeps connections and TLS sessions, forgets everything else.
      curl_easy_reset(curl)
      let call = try CurlCall(transfer, on: curl)
      let (code, said) = withExtendedLifetime(call) {
        configure(curl, call)
        return Self.perform(curl, transfer.body)
      }
      guard code == CURLE_OK else { throw Self.error(code, said, transfer) }
      return try transfer.answer(status: call.status)
    }
  }

  private static func perform(_ curl: UnsafeMutableRawPointer, _ body: [UInt8]?)
    -> (CURLcode, String)
  {
    var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = message.withUnsafeMutableBufferPointer { message in
      roost_curl_pointer(curl, CURLOPT_ERRORBUFFER, message.baseAddress)
      defer { roost_curl_pointer(curl, CURLOPT_ERRORBUFFER, nil) }
      guard let body else { return curl_easy_perform(curl) }
      // One byte more than is sent: an empty body must lend an address too.
      return (body + [0]).withUnsafeBytes { bytes in
        roost_curl_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        roost_curl_pointer(curl, CURLOPT_POSTFIELDS, bytes.baseAddress)
        return curl_easy_perform(curl)
      }
    }
    return (code, String(upToZero: message))
  }

  private func configure(_ curl: UnsafeMutableRawPointer, _ call: CurlCall) {
    let transfer = call.transfer
    let milliseconds = Int(max(1, transfer.timeout.microseconds / 1000))
    let this = Unmanaged.passUnretained(call).toOpaque()
    roost_curl_pointer(curl, CURLOPT_URL, transfer.url)
    roost_curl_pointer(curl, CURLOPT_HTTPHEADER, call.headerList)
    if transfer.method == "HEAD" {
      roost_curl_long(curl, CURLOPT_NOBODY, 1)
    } else {
      roost_curl_pointer(curl, CURLOPT_CUSTOMREQUEST, transfer.method)
    }
    roost_curl_pointer(curl, CURLOPT_PROXY, "")
    roost_curl_pointer(curl, CURLOPT_USERAGENT, "roost")
    roost_curl_long(curl, CURLOPT_NOSIGNAL, 1)
    roost_curl_long(curl, CURLOPT_TIMEOUT_MS, milliseconds)
    roost_curl_long(curl, CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 10_000))
    roost_curl_offset(curl, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(clamping: transfer.limit))
    roost_curl_long(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let caFile { roost_curl_pointer(curl, CURLOPT_CAINFO, caFile) }

    let isSecure = transfer.url.lowercased().hasPrefix("https:")
    roost_curl_pointer(curl, CURLOPT_PROTOCOLS_STR, "http,https")
    roost_curl_pointer(curl, CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https")
    if transfer.isDownload {
      roost_curl_long(curl, CURLOPT_FOLLOWLOCATION, transfer.headers.isEmpty ? 1 : 0)
      roost_curl_long(curl, CURLOPT_MAXREDIRS, 5)
      roost_curl_long(curl, CURLOPT_LOW_SPEED_LIMIT, 1)
      roost_curl_long(curl, CURLOPT_LOW_SPEED_TIME, 60)
    }

    roost_curl_receive(curl, CURLOPT_HEADERFUNCTION, CurlCall.receiveHeader)
    roost_curl_pointer(curl, CURLOPT_HEADERDATA, this)
    roost_curl_receive(curl, CURLOPT_WRITEFUNCTION, CurlCall.receivePiece)
    roost_curl_pointer(curl, CURLOPT_WRITEDATA, this)
    roost_curl_progress(curl, CurlCall.checkProgress)
    roost_curl_pointer(curl, CURLOPT_XFERINFODATA, this)
    roost_curl_long(curl, CURLOPT_NOPROGRESS, 0)
  }

  private static func error(_ code: CURLcode, _ message: String, _ transfer: Transfer)
    -> RoostError
  {
    if transfer.isCancelled {
      return RoostError(.cancelled, "The request to \(transfer.shownURL) was cancelled.")
    }
    if let failure = transfer.failure { return failure }
    let said = message.isEmpty ? String(cString: curl_easy_strerror(code)) : message
    switch code {
    case CURLE_FILESIZE_EXCEEDED: return transfer.tooLarge
    case CURLE_OPERATION_TIMEDOUT:
      return RoostError(
        .deadlineExceeded, "\(transfer.shownURL) did not answer in time.", operator: said)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
      return RoostError(
        .badRequest, "\(transfer.shownURL) is not a URL that is followed: \(said).")
    default:
      return RoostError(.unavailable, "Cannot reach \(transfer.shownURL): \(said).")
    }
  }
}
