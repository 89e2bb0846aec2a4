// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// A network in memory: calls pass from end to end as bytes, identities are given, nothing is
/// encrypted. For tests of what stands on the wire.
public final class LoopbackNetwork: Network {
  fileprivate struct Listener {
    let service: any WireService
    let arrivals: AsyncStream<LoopbackPeer>.Continuation
  }

  private let identity: PeerIdentity
  private let address: String?
  private let clock: any Clock
  private let exchange: Exchange

  /// What the ends that can reach each other share.
  public final class Exchange: Sendable {
    fileprivate let listeners = Mutex<[String: Listener]>([:])

    /// Nobody listens yet.
    public init() {}
  }

  /// One end's view: who, and where, it is to its peers.
  public init(
    _ exchange: Exchange, as identity: PeerIdentity, at address: String? = nil, clock: any Clock
  ) {
    self.exchange = exchange
    self.identity = identity
    self.address = address
    self.clock = clock
  }

  public func dial(
    _ address: String, service: any WireService
  ) async throws(RoostError) -> any WirePeer {
    guard let listener = exchange.listeners.withLock({ $0[address] }) else {
      throw RoostError(.unavailable, "\(address) can't be reached: nobody listens.")
    }
    let controller = PeerIdentity(role: .controller, node: nil)
    let near = LoopbackPeer(identity: controller, nil, serves: listener.service, clock: clock)
    let far = LoopbackPeer(identity: identity, self.address, serves: service, clock: clock)
    near.join(far)
    far.join(near)
    listener.arrivals.yield(far)
    return near
  }

  public func listen(
    on address: String, service: any WireService,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError) {
    let (stream, continuation) = AsyncStream.makeStream(of: LoopbackPeer.self)
    exchange.listeners.withLock {
      $0[address] = Listener(service: service, arrivals: continuation)
    }
    await withDiscardingTaskGroup { group in
      for await peer in stream {
        group.addTask {
          await accepted(peer)
          await peer.close(reason: "done")
        }
      }
      group.cancelAll()
    }
    exchange.listeners.withLock { _ = $0.removeValue(forKey: address) }
  }
}

/// One end's handle on the other: calls run the other end's service.
private final class LoopbackPeer: WirePeer {
  private struct State {
    weak var other: LoopbackPeer?
    var ended: String?
    var lastWaiter: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<String, Never>] = [:]
  }

  let identity: PeerIdentity
  let address: String?
  private let service: any WireService
  private let clock: any Clock
  private let state = Mutex(State())

  init(
    identity: PeerIdentity, _ address: String?, serves service: any WireService, clock: any Clock
  ) {
    self.identity = identity
    self.address = address
    self.service = service
    self.clock = clock
  }

  func join(_ other: LoopbackPeer) {
    state.withLock { $0.other = other }
  }

  func call(
    _ method: String, _ request: [UInt8], timeout: Duration
  ) async throws(WireStatus) -> [UInt8] {
    let (ended, other) = state.withLock { ($0.ended, $0.other) }
    guard ended == nil, let other else {
      throw WireStatus(.unavailable, "the connection ended: \(ended ?? "gone")")
    }
    let service = service
    let outcome = await withTaskGroup(of: Result<[UInt8], WireStatus>.self) { group in
      group.addTask {
        do throws(WireStatus) {
          return .success(try await service.serve(method, request, from: other))
        } catch {
          return .failure(error)
        }
      }
      group.addTask { [self] in
        let reason = await closed()
        return .failure(WireStatus(.unavailable, "the connection ended: \(reason)"))
      }
      group.addTask { [clock] in
        try? await clock.sleep(for: timeout)
        return .failure(WireStatus(.deadlineExceeded, "\(method) had no answer in time"))
      }
      let first = await group.next()
      group.cancelAll()
      return first ?? .failure(WireStatus(.internal, "no outcome"))
    }
    return try outcome.get()
  }

  func close(reason: String) async {
    end(reason)
    state.withLock { $0.other }?.end("the peer closes: \(reason)")
  }

  func closed() async -> String {
    let waiter = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ended = state.withLock { state -> String? in
          let ended = state.ended ?? (Task.isCancelled ? "cancelled" : nil)
          if ended == nil { state.waiters[waiter] = continuation }
          return ended
        }
        if let ended { continuation.resume(returning: ended) }
      }
    } onCancel: {
      let continuation = state.withLock { $0.waiters.removeValue(forKey: waiter) }
      continuation?.resume(returning: "cancelled")
    }
  }

  private func end(_ reason: String) {
    let waiters = state.withLock { state in
      if state.ended == nil { state.ended = reason }
      defer { state.waiters = [:] }
      return state.waiters.sorted { $0.key < $1.key }.map(\.value)
    }
    for waiter in waiters { waiter.resume(returning: reason) }
  }
}
