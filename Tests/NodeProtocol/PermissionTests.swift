// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing
import Wire

/// Every method is served to those whom it names, and to nobody else.
struct PermissionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let method: String
    let callers: [PeerIdentity.Role]
    let role: PeerIdentity.Role
    let serve: @Sendable (PeerIdentity) async -> WireStatus?

    init<Method: RemoteMethod>(single method: Method.Type, _ role: PeerIdentity.Role) {
      (self.method, callers, self.role) = (Method.name, Method.callers, role)
      serve = { identity in
        var table = ServiceTable()
        table.on(Method.self) { _, _ async throws(WireStatus) in Method.Reply() }
        return await PermissionTests.called(table, by: identity) { peer async throws(WireStatus) in
          _ = try await peer.call(Method.self, Method.Request(), timeout: .seconds(60))
        }
      }
    }

    init<Method: StreamingMethod>(stream method: Method.Type, _ role: PeerIdentity.Role) {
      (self.method, callers, self.role) = (Method.name, Method.callers, role)
      serve = { identity in
        var table = ServiceTable()
        table.onStream(Method.self) { _, _ async throws(WireStatus) in }
        return await PermissionTests.called(table, by: identity) { peer async throws(WireStatus) in
          _ = try await peer.replies(
            of: Method.self, to: Method.Request(), timeout: .seconds(60))
        }
      }
    }

    var testDescription: String { "\(method) by \(role.rawValue)" }
  }

  /// Has a peer of some role call what a table serves; nil when it is answered.
  fileprivate static func called(
    _ table: ServiceTable, by identity: PeerIdentity,
    _ call: @escaping @Sendable (any WirePeer) async throws(WireStatus) -> Void
  ) async -> WireStatus? {
    do {
      let exchange = try LoopbackNetwork.Exchange()
      let controller = PeerIdentity(role: .controller, node: nil)
      return await withTaskGroup(of: WireStatus?.self) { group in
        group.addTask {
          try? await LoopbackNetwork(exchange, as: controller, clock: SystemClock())
            .listen(on: "here", service: table) { peer in _ = await peer.closed() }
          return nil
        }
        let network = LoopbackNetwork(exchange, as: identity, clock: SystemClock())
        var dialled: (any WirePeer)?
        while dialled == nil {
          await Task.yield()
          dialled = try? await network.dial("here", service: ServiceTable())
        }
        defer { group.cancelAll() }
        do throws(WireStatus) {
          if let dialled { try await call(dialled) }
          return nil
        } catch {
          return error
        }
      }
    } catch {
      return WireStatus(.internal, "\(error)")
    }
  }

  static let methods: [any ServiceMethod.Type] =
    ControllerMethods.all + EnrolmentMethods.all + AgentMethods.all
  static let cases = methods.flatMap { method in
    PeerIdentity.Role.allCases.compactMap { role -> Case? in
      if let single = method as? any RemoteMethod.Type { return Case(single: single, role) }
      if let stream = method as? any StreamingMethod.Type { return Case(stream: stream, role) }
      return nil
    }
  }

  /// Written out, so that a method that opens itself to more callers has to be said here too.
  static let expected: [String: PeerIdentity.Role] = [
    "roost.node.v1.Controller/Register": .node,
    "roost.node.v1.Controller/Resume": .node,
    "roost.node.v1.Controller/Heartbeat": .node,
    "roost.node.v1.Controller/Report": .node,
    "roost.node.v1.Controller/GrantImage": .node,
    "roost.node.v1.Controller/RenewCertificate": .node,
    "roost.node.v1.Enrolment/Enrol": .anonymous,
    "roost.node.v1.Agent/Apply": .controller,
    "roost.node.v1.Agent/ConsoleLog": .controller,
    "roost.node.v1.Agent/Survey": .controller,
  ]

  @Test func everyMethodIsWrittenOutHere() {
    #expect(Self.methods.map { $0.name }.sorted() == Self.expected.keys.sorted())
    #expect(Self.cases.count == Self.methods.count * PeerIdentity.Role.allCases.count)
  }

  @Test(arguments: cases) func isServedToItsCallersOnly(_ one: Case) async throws {
    let status = await one.serve(PeerIdentity(role: one.role, node: nil))
    guard Self.expected[one.method] != one.role else {
      #expect(status == nil)
      return
    }
    let refusal = try #require(status)
    #expect(refusal.code == .permissionDenied)
    #expect(refusal.message.contains(one.method))
    #expect(refusal.message.contains("\(PeerIdentity(role: one.role, node: nil))"))
  }

  @Test func whatNobodyServesIsNoQuestionOfRights() async {
    let status = await Self.called(ServiceTable(), by: .anonymous) {
      peer async throws(WireStatus) in
      _ = try await peer.call("t/None", [], timeout: .seconds(60))
    }
    #expect(status?.code == .unimplemented)
  }
}
