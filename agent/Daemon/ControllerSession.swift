// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Log
import NodeProtocol
import Reconciler
import Synchronization
import Wire

/// Keeps one connection to the controller: dials, registers, renews the lease, and says how guests
/// and hypervisor are. Guests and reconciler don't depend on it.
struct ControllerSession: Sendable {
  let address: String
  let hostName: String
  let network: any Network
  let service: any WireService
  let link: ControllerLink
  let reconciler: Reconciler
  let parts: NodeParts
  /// Fails with `.unavailable` until the hypervisor answers.
  let inventory: @Sendable () async throws(RoostError) -> Inventory
  /// Is told how the connection is.
  var stateChanged: @Sendable (SessionState) -> Void = { _ in }

  /// Observations in one report.
  private static let batch = 256
  private static let patience = Duration.seconds(30)
  /// The hypervisor may be this late before that is told.
  private static let quiet = Duration.seconds(5)

  private let health = HypervisorHealth()

  /// Connects, and connects again, until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await health.follow(parts.hypervisor) }
      await stayConnected()
      group.cancelAll()
    }
  }

  private func stayConnected() async {
    var failures = 0
    while !Task.isCancelled {
      await awaitHypervisor()
      guard !Task.isCancelled else { return }
      let begun = parts.clock.uptime
      do throws(RoostError) {
        let ending = try await connected()
        if parts.clock.uptime - begun >= ReconnectRule.honestSession { failures = 0 }
        parts.log.warning("lost the controller at \(address): \(ending)")
        stateChanged(.lost(ending))
      } catch {
        if failures == 0 { parts.log.warning("no session with \(address): \(error)") }
        parts.log.debug("no session with \(address): \(error)")
        stateChanged(.unconnected("\(error)"))
      }
      guard !Task.isCancelled else { return }
      failures += 1
      try? await parts.clock.sleep(
        for: ReconnectRule.pause(failures: failures, parts.randomness))
    }
  }

  /// Returns once the hypervisor answers: until then there is nothing to register with.
  private func awaitHypervisor() async {
    let deadline = parts.clock.uptime + Self.quiet
    var isTold = false
    while let failure = health.failure, !Task.isCancelled {
      let left = deadline - parts.clock.uptime
      if left <= .zero, !isTold {
        parts.log.warning("not registered: the hypervisor does not answer: \(failure)")
        stateChanged(.awaitingHypervisor(failure))
        isTold = true
      }
      if isTold {
        await health.changed.wait()
      } else {
        await health.changed.wait(atMost: left, parts.clock)
      }
    }
  }

  /// One connection from dialling to its end. Returns why it ended.
  private func connected() async throws(RoostError) -> String {
    let offer = try await inventory()
    let peer = try await network.dial(address, service: service)
    guard peer.identity.role == .controller else {
      await peer.close(reason: "not a controller")
      throw RoostError(.forbidden, "The peer at \(address) is not a controller.")
    }
    let registered: Registering.Registered
    let registering = Registering(
      hostName: hostName, reconciler: reconciler, parts: parts, offer: offer)
    do throws(WireStatus) {
      registered = try await registering.run(on: peer)
    } catch {
      await peer.close(reason: "not registered")
      throw RoostError(error)
    }
    parts.log.info("registered with the controller at \(address)")
    link.set(peer)
    stateChanged(.registered)
    let ending = await serve(peer, registered)
    link.set(nil)
    await peer.close(reason: ending)
    return ending
  }

  /// A lease under a second would be all heartbeats; 0 is from a controller that says nothing.
  private static func lease(_ milliseconds: UInt32) -> Duration {
    milliseconds == 0 ? .seconds(15) : max(.milliseconds(Int64(milliseconds)), .seconds(1))
  }

  /// Runs until the connection ends or one of its duties fails.
  private func serve(
    _ peer: any WirePeer, _ registered: Registering.Registered
  ) async -> String {
    let lease = Self.lease(registered.leaseMS)
    let strangers = StrangerWatch(parts: parts, told: registered.strangers)
    let heartbeats = Heartbeats()
    return await withTaskGroup(of: String.self) { group in
      group.addTask { await peer.closed() }
      group.addTask { await self.renew(peer, lease, heartbeats) }
      group.addTask { await self.tellOfHealth(peer, lease, heartbeats) }
      group.addTask { await self.report(peer) }
      group.addTask { await strangers.run() }
      let ending = await group.next() ?? "nothing was left to do"
      // What waits for the peer's end returns only once it has ended.
      await peer.close(reason: ending)
      group.cancelAll()
      return ending
    }
  }

  /// Says at intervals that this node is there.
  private func renew(_ peer: any WirePeer, _ lease: Duration, _ heartbeats: Heartbeats) async
    -> String
  {
    var lease = lease
    while true {
      try? await parts.clock.sleep(for: lease / 3)
      guard !Task.isCancelled else { return "the agent is stopping" }
      do {
        let request = heartbeats.next(saying: health.failure)
        let reply = try await peer.call(
          ControllerMethods.Heartbeat.self, request, timeout: lease / 3)
        lease = Self.lease(reply.leaseMS)
      } catch {
        return "the heartbeat failed: \(error)"
      }
    }
  }

  /// Says at once when the hypervisor goes away or comes back.
  private func tellOfHealth(_ peer: any WirePeer, _ lease: Duration, _ heartbeats: Heartbeats) async
    -> String
  {
    // A node that has just registered counts as healthy.
    var told: String?
    while true {
      if health.failure == told { await health.changed.wait() }
      guard !Task.isCancelled else { return "the agent is stopping" }
      guard health.failure != told else { continue }
      told = health.failure
      do {
        _ = try await peer.call(
          ControllerMethods.Heartbeat.self, heartbeats.next(saying: told), timeout: lease / 3)
      } catch {
        return "the heartbeat failed: \(error)"
      }
    }
  }

  private func report(_ peer: any WirePeer) async -> String {
    let board = reconciler.board
    while !Task.isCancelled {
      let pending = board.pending(limit: Self.batch)
      if pending.isEmpty {
        await board.changed.wait()
        continue
      }
      do {
        var request = ReportRequest()
        request.observations = pending.map(\.observation)
        reach(settled: .reportSettledBefore, gone: .reportGoneBefore, request)
        _ = try await peer.call(
          ControllerMethods.Report.self, request, timeout: Self.patience)
        reach(settled: .reportSettledAfter, gone: .reportGoneAfter, request)
        try await reconciler.acknowledge(pending)
      } catch {
        return "a report failed: \(error)"
      }
    }
    return "the agent is stopping"
  }

  private func reach(settled: CrashPoint, gone: CrashPoint, _ report: ReportRequest) {
    for observation in report.observations {
      switch observation.phase {
      case .settled: parts.crashPoints.reach(settled)
      case .gone: parts.crashPoints.reach(gone)
      default: break
      }
    }
  }
}

/// Numbers the heartbeats of a connection.
private final class Heartbeats: Sendable {
  private let count = Atomic<UInt64>(0)

  /// - Parameter failure: why the hypervisor can't be used; nil while it answers.
  func next(saying failure: String?) -> HeartbeatRequest {
    var request = HeartbeatRequest()
    request.sequence = count.add(1, ordering: .relaxed).newValue
    request.hypervisorUnavailable = failure ?? ""
    return request
  }
}
