// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization
import Wire

/// Says back what it is told, and whom it was told by, in single messages and in streams.
final class Echo: WireService {
  /// Calls that are being served now.
  let underWay = Mutex(0)

  func serve(
    _ request: WireRequest, from peer: any WirePeer
  ) async throws(WireStatus) -> WireReply {
    underWay.withLock { $0 += 1 }
    defer { underWay.withLock { $0 -= 1 } }
    switch request.method {
    case "t/Echo": return WireReply(request.message, metadata: request.metadata)
    case "t/Where": return WireReply(Array((peer.address ?? "nowhere").utf8))
    case "t/Who":
      return WireReply(Array("\(peer.identity.node?.description ?? "controller")".utf8))
    case "t/Role": return WireReply(Array(peer.identity.role.rawValue.utf8))
    case "t/Refuse":
      throw WireStatus(
        .failedPrecondition, "not now", details: [.init(type: "t.Detail", message: [8, 1])])
    case "t/Slow":
      try? await SystemClock().sleep(for: .seconds(60))
      return WireReply([])
    default: throw WireStatus(.unimplemented, request.method)
    }
  }

  func isStreaming(_ method: String) -> Bool { method.hasPrefix("s/") }

  func serve(
    _ stream: WireStream, from peer: any WirePeer
  ) async throws(WireStatus) -> WireMetadata {
    underWay.withLock { $0 += 1 }
    defer { underWay.withLock { $0 -= 1 } }
    switch stream.request.method {
    case "s/Echo":
      var count = 0
      while let message = try await stream.next() {
        count += 1
        try await stream.send(message)
      }
      return ["count": "\(count)"]
    case "s/Count":
      // As many messages as the first one's byte says, without waiting for anything.
      for number in 0..<(try await stream.next()?.first ?? 0) { try await stream.send([number]) }
      return [:]
    case "s/Sum":
      var sum = 0
      while let message = try await stream.next() { sum += message.count }
      try await stream.send(Array("\(sum)".utf8))
      return [:]
    case "s/Farewell":
      try await stream.send([1])
      await peer.close(reason: "enough")
      return [:]
    case "s/Flood":
      while true { try await stream.send([UInt8](repeating: 1, count: 16 << 10)) }
    case "s/Ignore":
      try? await SystemClock().sleep(for: .seconds(60))
      return [:]
    default: throw WireStatus(.unimplemented, stream.request.method)
    }
  }
}
