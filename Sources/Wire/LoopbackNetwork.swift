// SPDX-License-Identifier: Apache-2.0

public import Base
import EventLoop
import Log
import Synchronization

/// A network in memory: the same protocol over pipes, with identities that are given and nothing
/// encrypted. For tests of what stands on the wire.
public final class LoopbackNetwork: Network {
  /// What the ends that can reach each other share.
  public final class Exchange: Sendable {
    /// Who listens where, by a number that tells it from who did before.
    fileprivate struct Listeners {
      var last = 0
      var places: [String: (number: Int, arrivals: AsyncStream<Arrival>.Continuation)] = [:]
    }

    fileprivate let listeners = Mutex(Listeners())
    fileprivate let loop: EventLoop

    /// Nobody listens yet.
    ///
    /// - Throws: where the kernel gives no thread.
    public init() throws(RoostError) {
      loop = try EventLoop(name: "loopback")
    }

    deinit { loop.stop() }
  }

  private let network: PlainNetwork

  /// One end's view: who, and where, it is to its peers.
  public init(
    _ exchange: Exchange, as identity: PeerIdentity, at address: String? = nil, clock: any Clock
  ) {
    network = PlainNetwork(
      LoopbackFabric(exchange: exchange, identity: identity, address: address),
      loop: exchange.loop, clock: clock, software: "loopback", patience: .seconds(3600),
      quiet: nil, log: .silent)
  }

  public func dial(
    _ address: String, service: any WireService
  ) async throws(RoostError) -> any WirePeer {
    try await network.dial(address, service: service)
  }

  public func listen(
    on address: String, service: any WireService,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError) {
    try await network.listen(on: address, service: service, accepted: accepted)
  }
}

/// Pipes in memory.
private struct LoopbackFabric: Fabric {
  let exchange: LoopbackNetwork.Exchange
  let identity: PeerIdentity
  let address: String?

  func connect(to address: String) async throws(RoostError) -> (any Transport, PeerIdentity) {
    guard let listener = exchange.listeners.withLock({ $0.places[address] }) else {
      throw RoostError(.unavailable, "\(address) can't be reached: nobody listens.")
    }
    let (near, far) = MemoryTransport.pair(on: exchange.loop)
    listener.arrivals.yield(Arrival(far, from: identity, at: self.address))
    return (near, PeerIdentity(role: .controller, node: nil))
  }

  func arrivals(at address: String) -> AsyncStream<Arrival> {
    let (stream, continuation) = AsyncStream.makeStream(of: Arrival.self)
    let number = exchange.listeners.withLock { listeners in
      listeners.last += 1
      listeners.places[address] = (listeners.last, continuation)
      return listeners.last
    }
    continuation.onTermination = { [exchange] _ in
      exchange.listeners.withLock { listeners in
        guard listeners.places[address]?.number == number else { return }
        listeners.places[address] = nil
      }
    }
    return stream
  }
}
