// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Lanes

@testable import Wire

/// A peer that says whatever bytes a test wants, with or without TLS. Works on a lane of its own,
/// for it blocks.
final class RawPeer: Sendable {
  /// What came until the other end was done.
  struct Heard: Sendable {
    var bytes: [UInt8]
    /// How it ended; nil for a proper end.
    var failure: String?

    /// The frames behind the preface.
    func frames() throws -> [Frame] {
      var decoder = FrameDecoder(maximumPayload: WireLimits().frame)
      decoder.feed(bytes)
      guard try Preface.take(from: &decoder) != nil else { return [] }
      var frames: [Frame] = []
      while let frame = try decoder.next() { frames.append(frame) }
      return frames
    }
  }

  static let patience = Duration.seconds(60)
  private let lane = Lane(name: "raw-peer")
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    lane.stop()
    close(descriptor)
  }

  /// Connects without a word.
  static func connect(_ address: String) throws -> RawPeer {
    let target = try SocketAddress(resolving: address)
    let descriptor = try target.socket()
    let peer = RawPeer(descriptor: descriptor)
    if target.with({ Glibc.connect(descriptor, $0, $1) }) != 0 {
      try peer.wait(POLLOUT)
    }
    return peer
  }

  /// Says bytes in the clear and listens until the end.
  func say(_ bytes: [UInt8]) async throws -> Heard {
    try await lane.run("say", timeout: Self.patience) { [self] () throws(RoostError) in
      put(bytes)
      var heard: [UInt8] = []
      while true {
        try wait(POLLIN)
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &chunk, chunk.count)
        if count <= 0 {
          return Heard(bytes: heard, failure: count < 0 ? systemErrorText(errno) : nil)
        }
        heard += chunk.prefix(count)
      }
    }
  }

  /// Shakes hands, says `bytes` within TLS and `plain` past it, and listens until the end.
  ///
  /// - Parameters:
  ///   - spoke: called once it has said what it says.
  ///   - limit: leaves once so many bytes have come and no more are there.
  func secured(
    _ credentials: TLSCredentials, say bytes: [UInt8], plain: [UInt8] = [],
    spoke: @escaping @Sendable () -> Void = {}, listeningTo limit: Int = .max
  ) async throws -> Heard {
    try await lane.run("say within TLS", timeout: Self.patience) { [self] () throws(RoostError) in
      let session = try TLSSession(.dialler, credentials, descriptor: descriptor)
      var heard: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      var rest = bytes[...]
      var spoken = false
      var shaken = false
      while true {
        let outcome: TLSSession.Outcome
        if !shaken {
          outcome = session.handshake()
          shaken = outcome == .done(0) || outcome == .closed
          if shaken { continue }
        } else if !rest.isEmpty {
          // Reads nothing before all is said, as the rude do.
          outcome = rest.withUnsafeBytes { session.send($0) }
          if case .done(let count) = outcome {
            rest = rest.dropFirst(count)
            continue
          }
        } else if !spoken {
          spoken = true
          put(plain)
          spoke()
          continue
        } else {
          outcome = buffer.withUnsafeMutableBytes { session.receive(into: $0) }
        }
        switch outcome {
        case .done(let count): heard += buffer.prefix(count)
        case .wantsRead:
          if spoken, heard.count >= limit { return Heard(bytes: heard, failure: nil) }
          try wait(POLLIN)
        case .wantsWrite: try wait(POLLOUT)
        case .closed: return Heard(bytes: heard, failure: nil)
        case .failed(let reason): return Heard(bytes: heard, failure: reason)
        }
      }
    }
  }

  private func put(_ bytes: [UInt8]) {
    if !bytes.isEmpty { _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
  }

  private func wait(_ events: Int32) throws(RoostError) {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    guard poll(&entry, 1, Int32(Self.patience.inSeconds * 1000)) > 0 else {
      throw RoostError(.deadlineExceeded, "The other end says nothing and does not close.")
    }
  }
}
