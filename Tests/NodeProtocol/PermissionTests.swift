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

    init<Method: RemoteMethod>(_ method: Method.Type, _ role: PeerIdentity.Role) {
      (self.method, callers, self.role) = (Method.name, Method.callers, role)
      serve = { identity in
        var table = ServiceTable()
        table.on(Method.self) { _, _ async throws(WireStatus) in Method.Reply() }
        do throws(WireStatus) {
          _ = try await table.serve(Method.name, [], from: Peer(identity: identity))
          return nil
        } catch {
          return error
        }
      }
    }

    var testDescription: String { "\(method) by \(role.rawValue)" }
  }

  private final class Peer: WirePeer {
    let identity: PeerIdentity
    let address: String? = nil
    init(identity: PeerIdentity) { self.identity = identity }
    func call(_ method: String, _ request: [UInt8], timeout: Duration)
      async throws(WireStatus) -> [UInt8]
    { [] }
    func close(reason: String) async {}
    func closed() async -> String { "" }
  }

  static let methods: [any RemoteMethod.Type] =
    ControllerMethods.all + EnrolmentMethods.all + AgentMethods.all
  static let cases = methods.flatMap { method in
    PeerIdentity.Role.allCases.map { Case(method, $0) }
  }

  /// Written out, so that a method that opens itself to more callers has to be said here too.
  static let expected: [String: PeerIdentity.Role] = [
    "roost.node.v1.Controller/Register": .node,
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
    let status = await #expect(throws: WireStatus.self) {
      try await ServiceTable().serve("t/None", [], from: Peer(identity: .anonymous))
    }
    #expect(status?.code == .unimplemented)
  }
}
