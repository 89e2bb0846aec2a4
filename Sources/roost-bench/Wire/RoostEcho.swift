// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Log
import NodeProtocol
import Wire

/// The echo as everything between agents and controller goes: a typed message in a unary call with a
/// deadline, served from a table of methods.
struct RoostEcho {
  private let folder: String
  private let loop: EventLoop

  init(_ folder: String, _ loop: EventLoop) {
    self.folder = folder
    self.loop = loop
  }

  private func network(as member: String) throws(RoostError) -> TLSNetwork {
    let credentials = try TLSCredentials(
      certificate: "\(folder)/\(member).crt", key: "\(folder)/\(member).key",
      authority: "\(folder)/\(CertificateAuthority.certificateFile)", disk: SystemDisk())
    return TLSNetwork(
      credentials, loop: loop, clock: SystemClock(), software: "roost-bench", log: .silent)
  }

  /// Serves until it is cancelled.
  func serve(bound: @Sendable (String) -> Void) async throws(RoostError) {
    var table = ServiceTable()
    table.on(Say.self) { request, _ throws(WireStatus) in request }
    try await network(as: "controller").listen(on: "127.0.0.1:0", service: table, bound: bound) {
      _ = await $0.closed()
    }
  }

  func dial(_ address: String) async throws(RoostError) -> any EchoCaller {
    Caller(
      peer: try await network(as: "node").dial(address, service: ServiceTable()), loop: loop)
  }

  private struct Caller: EchoCaller {
    let peer: any WirePeer
    let loop: EventLoop

    func make(_ calls: Int, atOnce: Int) async throws(RoostError) {
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for place in 0..<atOnce {
            let share = calls / atOnce + (place < calls % atOnce ? 1 : 0)
            group.addTask(executorPreference: loop) { try await callAgain(share) }
          }
          try await group.waitForAll()
        }
      } catch {
        throw .wrapping(error)
      }
    }

    private func callAgain(_ times: Int) async throws {
      let request = EchoMessage(payload: [UInt8](repeating: 0x78, count: EchoCommand.messageBytes))
      for _ in 0..<times {
        let reply = try await peer.call(Say.self, request, timeout: .seconds(10))
        guard reply == request else {
          throw RoostError(.internal, "A reply is not the request.")
        }
      }
    }
  }
}

private enum Say: RemoteMethod {
  typealias Request = EchoMessage
  typealias Reply = EchoMessage
  static let name = "roost.bench.Echo/Say"
  static let callers = [PeerIdentity.Role.node]
}

/// `Message` of Tests/Bench/grpc/echo.proto.
struct EchoMessage: Message {
  var payload: [UInt8] = []
  var unknownFields = UnknownFields()

  init() {}

  init(payload: [UInt8]) {
    self.payload = payload
  }

  func encode(into writer: inout ProtobufWriter) {
    writer.data(1, payload)
    writer.unknown(unknownFields)
  }

  mutating func decode(
    _ field: ProtobufField, from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    switch field.number {
    case 1: payload = try reader.data(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
