// SPDX-License-Identifier: Apache-2.0

public import Base
public import Lanes
import Synchronization

/// What a server answered.
public struct HTTPAnswer: Sendable {
  /// The status code.
  public let status: Int
  /// Header fields in order.
  public let headers: [(name: String, value: String)]
  /// The body; empty for a download.
  public let bytes: [UInt8]

  /// The first value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// An HTTP client on libcurl. One client runs one transfer at a time, on its lane, and keeps its
/// connections for the next. Proxies of the environment are not used. A transfer ends early when
/// its task is cancelled.
public final class HTTPClient: Sendable {
  private let lane: any LaneRunning
  private let handle: CurlHandle
  // What the lane's deadline adds to the transfer's own, so that the transfer's error comes first.
  private static let slack = Duration.seconds(10)

  /// - Parameters:
  ///   - lane: where the transfers block.
  ///   - caFile: a PEM file of the authorities to trust instead of the system's.
  public init(lane: any LaneRunning, caFile: String? = nil) {
    self.lane = lane
    handle = CurlHandle(caFile: caFile)
  }

  /// One request with its body in memory. Redirects are returned, not followed.
  ///
  /// - Parameters:
  ///   - limit: most bytes of the answer's body; more is `tooLarge`.
  ///   - timeout: for all of it.
  /// - Throws: `unavailable` if no answer came, `deadlineExceeded`, `tooLarge`, `cancelled`,
  ///   `badRequest` for what is no http or https URL. A status of failure is no error here.
  public func request(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, limit: Int = 16 << 20, timeout: Duration = .seconds(60)
  ) async throws(RoostError) -> HTTPAnswer {
    try await run(
      Transfer(
        method: method, url: url, headers: headers, body: body, timeout: timeout,
        limit: UInt64(max(0, limit)), sink: .memory))
  }

  /// Writes what `url` answers to the end of `file`. Follows up to five redirects, never from
  /// https to http, and none if `headers` are given, which may hold a secret of the first host's.
  ///
  /// - Parameters:
  ///   - limit: most bytes; more is `tooLarge`.
  ///   - timeout: for all of it; a transfer without a byte for a minute ends sooner.
  ///   - onBytes: sees each piece once it is in the file, on the lane; for hashes and progress.
  /// - Throws: as `request`, and what the file throws. A status other than 200 is an error:
  ///   `notFound` for 404 and 410, `forbidden` for 401 and 403, else `unavailable`.
  public func download(
    _ url: String, to file: any DiskFile, headers: [(name: String, value: String)] = [],
    limit: UInt64, timeout: Duration = .seconds(3600),
    onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Void = { _ in }
  ) async throws(RoostError) -> HTTPAnswer {
    try await run(
      Transfer(
        method: "GET", url: url, headers: headers, body: nil, timeout: timeout, limit: limit,
        sink: .file(file, onBytes)))
  }

  private func run(_ transfer: Transfer) async throws(RoostError) -> HTTPAnswer {
    let handle = handle
    let lane = lane
    let result = await withTaskCancellationHandler {
      do throws(RoostError) {
        return Result<HTTPAnswer, RoostError>.success(
          try await lane.run(
            "\(transfer.method) \(transfer.shownURL)", timeout: transfer.timeout + Self.slack
          ) { () throws(RoostError) in try handle.perform(transfer) })
      } catch {
        return .failure(error)
      }
    } onCancel: {
      transfer.cancel()
    }
    return try result.get()
  }
}
