// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import StateDigest
import Testing
import Wire

@testable import AgentDaemon

/// What a session says when it comes back.
extension ControllerSessionTests {
  @Test func aReconnectNamesNothingThatIsKnown() async throws {
    controller = FakeController(comparing: true)
    try await running {
      var spec = desired(.running, 1)
      spec.spec = InstanceSpec()
      _ = try await apply([spec])
      await controller.until { $0.observations.contains { $0.phase == .failed } }
      let told = controller.now.observations.count
      controller.hold(instance, spec.generation)
      await controller.now.peers.last?.close(reason: "test")
      // Registered, and heard of twice since: nothing was reported again before that.
      await controller.until { state in
        state.registrations.count == 2 && state.heartbeats.count >= 4
      }
      #expect(controller.now.registrations.last?.held.isEmpty == true)
      #expect(controller.now.resumptions.last?.namedBuckets == 0)
      #expect(controller.now.observations.count == told)
    }
  }

  @Test func whatTheControllerHasLostIsNamedAndToldAgain() async throws {
    controller = FakeController(comparing: true)
    try await running {
      var spec = desired(.running, 1)
      spec.spec = InstanceSpec()
      _ = try await apply([spec])
      await controller.until { $0.observations.contains { $0.phase == .failed } }
      let told = controller.now.observations.count
      controller.forgetReports()
      await controller.now.peers.last?.close(reason: "test")
      await controller.until { $0.registrations.count == 2 && $0.observations.count > told }
      #expect(controller.now.registrations.last?.held.map(\.instanceID) == [instance])
      #expect(controller.now.observations.last?.phase == .failed)
    }
  }

  @Test func waitsAsLongAsTheControllerAsks() async throws {
    controller = FakeController(comparing: true, refusals: 3)
    try await running {
      await controller.until { !$0.registrations.isEmpty }
      #expect(controller.now.resumptions.count == 4)
      #expect(controller.now.peers.count <= 1, "on the connection it has")
    }
  }
}
