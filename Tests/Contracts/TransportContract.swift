// SPDX-License-Identifier: Apache-2.0

public import Base
import EventLoop
import Synchronization
public import Wire

/// What any two connected transports must do, whatever carries their bytes. Runs where both are used.
public struct TransportContract: Sendable {
  private let near: WaitingTransport
  private let far: WaitingTransport
  private let random: any Randomness

  /// Two ends of one connection.
  public init(
    _ near: any Transport, _ far: any Transport, randomness: any Randomness
  ) throws(RoostError) {
    self.near = try WaitingTransport(near)
    self.far = try WaitingTransport(far)
    random = randomness
  }

  /// Bytes come in order, all of them, and behind the last one the end.
  public func bytesComeInOrderAndThenTheEnd() async throws {
    let sent = random.bytes(1_500_000)
    async let sending: Void = {
      var rest = sent[...]
      while !rest.isEmpty {
        let size = 1 + Int(random.number(below: 40_000))
        rest = rest.dropFirst(try await near.send(rest.prefix(size)))
      }
      near.transport.close()
    }()
    var heard: [UInt8] = []
    while let bytes = try await far.receive(atMost: 1 + Int(random.number(below: 30_000))) {
      heard += bytes
    }
    try await sending
    try await require(heard == sent, "bytes come in order, all of them")
    // Closed stays closed.
    try await require(
      far.tryReceive(atMost: 1).outcome == .closed, "behind the last byte is the end")
  }

  /// A connection whose reader does not read takes no more at some point, and takes more when it has been
  /// read: what it took it delivers.
  public func aFullOneTakesMoreWhenItHasBeenRead() async throws {
    let block = random.bytes(16 << 10)
    var taken = 0
    // So that each byte tells where it belongs, what is sent goes on where the last part ended.
    while taken < 64 << 20, case .done(let count) = near.trySend(block[(taken % block.count)...]) {
      taken += count
    }
    try await require(taken > 64 << 10 && taken < 64 << 20, "what nobody reads has a bound")
    var read = 0
    while read < taken {
      let bytes = try await far.receive(atMost: 50_000) ?? []
      try await require(!bytes.isEmpty, "what was taken arrives")
      for byte in bytes {
        guard byte == block[read % block.count] else {
          return try await require(false, "byte \(read) is the one that was sent")
        }
        read += 1
      }
    }
    try await require(far.tryReceive(atMost: 1).outcome == .wantsRead, "all was read")
    let (sent, came) = (
      try await near.send(block.prefix(100)), try await far.receive(atMost: 1000)?.count
    )
    try await require(sent == 100 && came == 100, "there is room again once it was read")
  }

  /// Nothing is to be read until something has been sent, and either way is open.
  public func bothEndsTalkInTurns() async throws {
    try await require(near.tryReceive(atMost: 1).outcome == .wantsRead, "nothing was sent yet")
    for round in UInt8(0)..<20 {
      let sent = try await near.send([round])
      let came = try await far.receive(atMost: 9)
      let answered = try await far.send([round, round])
      try await require(sent == 1 && came == [round] && answered == 2, "round \(round) is heard")
      var heard: [UInt8] = []
      while heard.count < 2, let bytes = try await near.receive(atMost: 9) { heard += bytes }
      try await require(heard == [round, round], "round \(round) is answered")
    }
  }

  /// What one end sends to one that has let go fails in the end.
  public func sendingToWhoHasGoneFails() async throws {
    let block = [UInt8](repeating: 1, count: 1024)[...]
    far.transport.close()
    let end = try await near.receive(atMost: 1)
    try await require(end == nil, "the end is heard")
    try await requireTransportFailure("sending to who has gone") {
      while true { _ = try await near.send(block) }
    }
  }

  /// Of an end that lets go with bytes unread the other learns that they were not.
  public func unreadBytesAreReportedAsAReset() async throws {
    let sent = try await near.send([1, 2, 3])
    try await require(sent == 3, "three bytes are taken")
    await far.untilReadable()
    far.transport.close()
    try await requireTransportFailure("reading after a reset") {
      _ = try await near.receive(atMost: 1)
    }
    try await requireTransportFailure("sending after a reset") { _ = try await near.send([1]) }
  }
}

private func requireTransportFailure(
  _ what: String, _ body: () async throws -> Void
) async throws {
  do { try await body() } catch is TransportFailure { return }
  try await require(false, "\(what) fails")
}

/// A transport has failed, and why.
public struct TransportFailure: Error {
  public let reason: String
}

/// A transport whose readiness can be awaited. One task at a time may wait.
private final class WaitingTransport: Sendable {
  let transport: any Transport
  private let waiter: Mutex<CheckedContinuation<Void, Never>?>

  init(_ transport: any Transport) throws(RoostError) {
    self.transport = transport
    waiter = Mutex(nil)
    try transport.start { [weak self] _ in self?.wake() }
    try transport.want([])
  }

  private func wake() {
    // Told once, it is not told again until somebody waits.
    try? transport.want([])
    let waiter = waiter.withLock { waiter in
      defer { waiter = nil }
      return waiter
    }
    waiter?.resume()
  }

  private func wait(for readiness: EventLoop.Readiness) async {
    await withCheckedContinuation { continuation in
      waiter.withLock { $0 = continuation }
      do throws(RoostError) { try transport.want(readiness) } catch { wake() }
    }
  }

  func untilReadable() async { await wait(for: .read) }

  func trySend(_ bytes: ArraySlice<UInt8>) -> TransportOutcome {
    bytes.withUnsafeBytes { transport.send($0) }
  }

  func tryReceive(atMost count: Int) -> (outcome: TransportOutcome, bytes: [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: count)
    let outcome = bytes.withUnsafeMutableBytes { transport.receive(into: $0) }
    if case .done(let count) = outcome { return (outcome, Array(bytes.prefix(count))) }
    return (outcome, [])
  }

  /// Sends some of the bytes; returns how many.
  func send(_ bytes: ArraySlice<UInt8>) async throws -> Int {
    while true {
      switch trySend(bytes) {
      case .done(let count): return count
      case .wantsWrite: await wait(for: .write)
      case .wantsRead: await wait(for: .read)
      case .closed: throw TransportFailure(reason: "closed")
      case .failed(let reason): throw TransportFailure(reason: reason)
      }
    }
  }

  /// The next bytes; nil at the end.
  func receive(atMost count: Int) async throws -> [UInt8]? {
    while true {
      let (outcome, bytes) = tryReceive(atMost: count)
      switch outcome {
      case .done: return bytes
      case .wantsRead: await wait(for: .read)
      case .wantsWrite: await wait(for: .write)
      case .closed: return nil
      case .failed(let reason): throw TransportFailure(reason: reason)
      }
    }
  }
}
