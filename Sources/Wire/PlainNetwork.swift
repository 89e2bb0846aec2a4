// SPDX-License-Identifier: Apache-2.0

public import Base
public import EventLoop
public import Log

/// The wire's protocol over connections that are authenticated already and not encrypted: in memory, or
/// in a simulated network. Identities are given with the connections.
public final class PlainNetwork: Network {
  /// The usual `quiet`.
  public static let quiet = WireProtocol.quiet

  private let fabric: any Fabric
  private let terms: ConnectionTerms
  private let patience: Duration

  /// - Parameters:
  ///   - patience: from the first byte to the peer's preface.
  ///   - quiet: a silence of this length is broken by a ping, and one three times as long ends a
  ///     connection; nil where a peer can't vanish unnoticed.
  public init(
    _ fabric: any Fabric, loop: any Loop, clock: any Clock, software: String,
    patience: Duration = TLSNetwork.patience, quiet: Duration? = PlainNetwork.quiet, log: Logger
  ) {
    self.fabric = fabric
    self.patience = patience
    terms = ConnectionTerms(
      loop: loop, clock: clock, alarms: Alarms(loop: loop, clock: clock), software: software,
      log: log, quiet: quiet)
  }

  public func dial(
    _ address: String, service: any WireService
  ) async throws(RoostError) -> any WirePeer {
    let deadline = terms.clock.uptime + patience
    let (transport, identity) = try await fabric.connect(to: address)
    let connection = Connection(
      transport, to: identity, at: nil, dialled: true, service: service, terms: terms)
    try await connection.start(by: deadline)
    return connection
  }

  public func listen(
    on address: String, service: any WireService,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError) {
    await withDiscardingTaskGroup { [terms, patience] group in
      for await arrival in fabric.arrivals(at: address) {
        let connection = Connection(
          arrival.transport, to: arrival.identity, at: arrival.address, dialled: false,
          service: service, terms: terms)
        group.addTask {
          let deadline = terms.clock.uptime + patience
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
  }
}
