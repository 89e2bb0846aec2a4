// SPDX-License-Identifier: Apache-2.0

import Base
import Wire

/// A process's sight of a simulated network.
struct SimulatedFabric: Fabric {
  let network: SimulatedNetwork
  let process: SimulatedProcess
  let machine: String
  let identity: PeerIdentity
  let address: String

  func connect(to address: String) async throws(RoostError) -> (any Transport, PeerIdentity) {
    let (host, port) = try Self.parts(of: address)
    guard let target = network.machine(at: host) else {
      throw RoostError(.unavailable, "The host of \"\(address)\" can't be resolved.")
    }
    guard network.allows(process, .connect, from: machine, to: target) else {
      throw RoostError(.unavailable, "\(address) can't be reached: the process has been killed.")
    }
    let connection = network.makeConnection(self, to: target, port: port)
    do throws(SimulatedConnection.OpenFailure) {
      let identity = try await connection.open()
      return (SimulatedSocket(connection, side: 0), identity)
    } catch {
      throw RoostError(.unavailable, "\(address) can't be reached: \(error.reason).")
    }
  }

  func arrivals(at address: String) -> AsyncStream<Arrival> {
    let (stream, arrivals) = AsyncStream.makeStream(of: Arrival.self)
    guard process.isAlive, let (_, port) = try? Self.parts(of: address) else {
      arrivals.finish()
      return stream
    }
    network.listen(
      on: machine, port: port, Listener(process: process, identity: identity, arrivals: arrivals))
    return stream
  }

  private static func parts(of address: String) throws(RoostError) -> (host: String, port: UInt16) {
    guard let colon = address.lastIndex(of: ":"),
      let port = UInt16(address[address.index(after: colon)...])
    else {
      throw RoostError(.badRequest, "The address \"\(address)\" is not of the form host:port.")
    }
    return (String(address[..<colon]), port)
  }
}

/// Who takes connections at a port of a machine.
struct Listener: Sendable {
  let process: SimulatedProcess
  let identity: PeerIdentity
  let arrivals: AsyncStream<Arrival>.Continuation
  /// Tells it from who listened there before.
  var number: UInt64 = 0
}
