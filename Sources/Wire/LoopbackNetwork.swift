// SPDX-License-Identifier: Apache-2.0

public import Base
import EventLoop
import Log
import Synchronization

/// A network in memory: the same protocol over pipes, with identities that are given and nothing
/// encrypted. For tests of what stands on the wire.
public final class LoopbackNetwork: Network {
  fileprivate struct Listener {
    let service: any WireService
    let arrivals: AsyncStream<Connection>.Continuation
  }

  /// What the ends that can reach each other share.
  public final class Exchange: Sendable {
    fileprivate let listeners = Mutex<[String: Listener]>([:])
    fileprivate let loop: EventLoop

    /// Nobody listens yet.
    ///
    /// - Throws: where the kernel gives no thread.
    public init() throws(RoostError) {
      loop = try EventLoop(name: "loopback")
    }

    deinit { loop.stop() }
  }

  private let identity: PeerIdentity
  private let address: String?
  private let exchange: Exchange
  private let terms: ConnectionTerms

  /// One end's view: who, and where, it is to its peers.
  public init(
    _ exchange: Exchange, as identity: PeerIdentity, at address: String? = nil, clock: any Clock
  ) {
    self.exchange = exchange
    self.identity = identity
    self.address = address
    terms = ConnectionTerms(
      loop: exchange.loop, clock: clock, alarms: Alarms(loop: exchange.loop, clock: clock),
      software: "loopback", log: .silent, quiet: nil)
  }

  public func dial(
    _ address: String, service: any WireService
  ) async throws(RoostError) -> any WirePeer {
    guard let listener = exchange.listeners.withLock({ $0[address] }) else {
      throw RoostError(.unavailable, "\(address) can't be reached: nobody listens.")
    }
    let (near, far) = MemoryTransport.pair(on: exchange.loop)
    let accepted = Connection(
      far, to: identity, at: self.address, dialled: false, service: listener.service,
      terms: terms)
    let dialled = Connection(
      near, to: PeerIdentity(role: .controller, node: nil), at: nil, dialled: true,
      service: service, terms: terms)
    listener.arrivals.yield(accepted)
    try await dialled.start(by: terms.clock.uptime + .seconds(3600))
    return dialled
  }

  public func listen(
    on address: String, service: any WireService,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError) {
    let (stream, continuation) = AsyncStream.makeStream(of: Connection.self)
    exchange.listeners.withLock {
      $0[address] = Listener(service: service, arrivals: continuation)
    }
    await withDiscardingTaskGroup { [terms] group in
      for await connection in stream {
        group.addTask {
          let deadline = terms.clock.uptime + .seconds(3600)
          guard (try? await connection.start(by: deadline)) != nil else { return }
          await withTaskCancellationHandler {
            await accepted(connection)
          } onCancel: {
            connection.hurry(toDrain: "this end stops")
          }
          await connection.close(reason: "done")
        }
      }
      group.cancelAll()
    }
    exchange.listeners.withLock { _ = $0.removeValue(forKey: address) }
  }
}
