// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import Wire

/// Says back what it is told, and counts how often it was told what.
final class Counter: WireService {
  let served = Mutex<[[UInt8]: Int]>([:])
  /// How long `t/Slow` takes.
  private let clock: any Clock

  init(_ clock: any Clock) { self.clock = clock }

  var counts: [[UInt8]: Int] { served.withLock(\.self) }

  func serve(
    _ request: WireRequest, from peer: any WirePeer
  ) async throws(WireStatus) -> WireReply {
    served.withLock { $0[request.message, default: 0] += 1 }
    switch request.method {
    case "t/Echo": return WireReply(request.message)
    case "t/Who": return WireReply(Array("\(peer.identity.role) \(peer.address ?? "")".utf8))
    case "t/Slow":
      try? await clock.sleep(for: .seconds(1))
      served.withLock { $0[Array("done".utf8), default: 0] += 1 }
      return WireReply([])
    default: throw WireStatus(.unimplemented, request.method)
    }
  }

  func isStreaming(_ method: String) -> Bool { method.hasPrefix("s/") }

  func serve(
    _ stream: WireStream, from peer: any WirePeer
  ) async throws(WireStatus) -> WireMetadata {
    while let message = try await stream.next() { try await stream.send(message) }
    return [:]
  }
}
