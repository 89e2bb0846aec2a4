// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Hypervisor

@Suite struct LibvirtMappingTests {
  private let name = "roost-6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11"

  /// Numbers of virDomainEventType and its details, from libvirt's reference.
  @Test(arguments: [
    (Int32(1), Int32(0), PowerState.noState, "undefined"), (2, 0, .running, "booted"),
    (3, 0, .paused, "paused"), (3, 2, .paused, "ioerror"), (4, 0, .running, "unpaused"),
    (5, 0, .shutdown, "shutdown"), (5, 1, .shutdown, "destroyed"), (5, 2, .shutdown, "crashed"),
    (7, 0, .suspended, "memory"), (8, 0, .crashed, "panicked"), (5, 99, .shutdown, "detail 99"),
  ])
  func readsLifecycleEvents(event: Int32, detail: Int32, state: PowerState, word: String) throws {
    let instance = try sampleSpec().instance
    #expect(
      lifecycleEvent(name: name, event: event, detail: detail)
        == .lifecycle(instance, state, detail: word))
  }

  /// 0 defined and 6 being shut down change no power state; 99 is from a later libvirt.
  @Test(arguments: [0, 6, 99, -1])
  func passesOverOtherEvents(event: Int32) {
    #expect(lifecycleEvent(name: name, event: event, detail: 0) == nil)
  }

  @Test(arguments: ["web", "roost-", "roost-x", "ROOST-6f0c2a4e-3a31-4b0e-9f57-2f6d4f0f7a11"])
  func passesOverForeignDomains(name: String) {
    #expect(lifecycleEvent(name: name, event: 2, detail: 0) == nil)
  }

  @Test(arguments: [
    (Int32(0), PowerState.noState), (1, .running), (2, .running), (3, .paused), (4, .shutdown),
    (5, .shutdown), (6, .crashed), (7, .suspended), (42, .noState),
  ])
  func readsDomainStates(state: Int32, expected: PowerState) {
    #expect(PowerState(libvirt: state) == expected)
  }

  /// Numbers of virErrorNumber, from libvirt's reference.
  @Test(arguments: [
    (UInt32(42), RoostError.Kind.notFound), (55, .conflict), (27, .badRequest), (67, .badRequest),
    (39, .unavailable), (38, .internal), (68, .deadlineExceeded), (9999, .internal),
  ])
  func mapsErrors(code: UInt32, kind: RoostError.Kind) {
    let error = libvirtError("define it", code: code, domain: 10, message: "/host/path is bad")
    #expect(error.kind == kind)
    #expect(!error.user.contains("/host/path"))
    #expect(error.operator == "/host/path is bad (libvirt error \(code) of domain 10)")
  }

  @Test func pausesGrowWithinBounds() {
    struct Highest: Randomness {
      func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
    }
    var backoff = Backoff(first: .milliseconds(100), limit: .seconds(1))
    let pauses = (0..<6).map { _ in backoff.next(Highest()) }
    #expect(
      pauses == [50, 100, 200, 400, 500, 500].map { Duration.milliseconds($0) })
    backoff.reset()
    for _ in 0..<100 {
      let pause = backoff.next(SystemRandomness())
      #expect(pause >= .milliseconds(50) && pause <= .seconds(1))
    }
  }

  @Test func tellsAReaderTheConnectionFirst() async throws {
    let feed = EventFeed(disconnected: "not yet")
    let early = feed.stream()
    feed.tell(.connected)
    feed.tell(.connected)
    let late = feed.stream()
    feed.tell(.disconnected(reason: "gone"))
    #expect(
      await early.prefix(3).reduce(into: []) { $0.append($1) }
        == [.disconnected(reason: "not yet"), .connected, .disconnected(reason: "gone")])
    #expect(
      await late.prefix(2).reduce(into: []) { $0.append($1) }
        == [.connected, .disconnected(reason: "gone")])
  }
}
