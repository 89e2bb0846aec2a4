// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Log
import NodeProtocol
import Reconciler
import StateDigest
import Wire

/// Registers this node on a connection that has just been made, naming no more than the controller
/// does not know already.
struct Registering: Sendable {
  let hostName: String
  let reconciler: Reconciler
  let parts: NodeParts
  let offer: Inventory

  private static let patience = Duration.seconds(30)
  /// The controller may want more buckets while it is asked; after so many rounds it gets all.
  private static let rounds = 3

  /// What a registration came to.
  struct Registered {
    /// The lease that the controller gives.
    let leaseMS: UInt32
    /// Guests that the journal does not hold, which the controller was told of.
    let strangers: Set<InstanceID>
  }

  /// What this node has.
  private struct Holding {
    let held: [Held]
    let strangers: Set<InstanceID>
  }

  /// Returns once the controller counts this node as up. From then on the report board knows which reports
  /// are recorded.
  func run(on peer: any WirePeer) async throws(WireStatus) -> Registered {
    do throws(WireStatus) {
      return try await resume(peer)
    } catch {
      // A controller of an older version.
      guard error.code == .unimplemented else { throw error }
      return try await registerInFull(peer)
    }
  }

  private func resume(_ peer: any WirePeer) async throws(WireStatus) -> Registered {
    var named = Buckets()
    var round = 0
    while true {
      let holding = try await holding()
      let held = holding.held
      let observed = reconciler.board.digests
      var request = ResumeRequest()
      request.registration = registration(held.filter { named.hold($0.instanceID) })
      request.heldDigest =
        StateDigest(held.lazy.map { EntryDigest(holding: $0.instanceID, $0.generation) }).bytes
      request.observedDigest = StateDigest(observed).bytes
      request.namedBuckets = named.rawValue
      let reply = try await peer.call(
        ControllerMethods.Resume.self, request, timeout: Self.patience)
      if reply.retryAfterMS > 0 {
        let asked = Duration.milliseconds(Int64(reply.retryAfterMS))
        let pause = ReconnectRule.pause(askedFor: asked, parts.randomness)
        parts.log.debug("the controller asks for \(asked.inSeconds) s before the registration")
        do { try await parts.clock.sleep(for: pause) } catch {
          throw WireStatus(.cancelled, "the agent is stopping")
        }
        continue
      }
      guard reply.wantedBuckets == 0 else {
        round += 1
        named.formUnion(
          round < Self.rounds ? Buckets(rawValue: reply.wantedBuckets) : .all)
        guard round <= Self.rounds else {
          throw WireStatus(.internal, "the controller wants what it was told")
        }
        continue
      }
      reconciler.board.take(recorded: recorded(reply, observed))
      return Registered(leaseMS: reply.leaseMS, strangers: holding.strangers)
    }
  }

  /// What the controller has recorded: in equal buckets what was observed when it was asked, in the
  /// others what it lists.
  private func recorded(_ reply: ResumeReply, _ observed: [EntryDigest]) -> [EntryDigest] {
    let listed = Buckets(rawValue: reply.recordedBuckets)
    return observed.filter { !listed.hold($0.instance) }
      + reply.recorded.compactMap { EntryDigest(of: $0.instanceID, bytes: $0.digest) }
  }

  private func registerInFull(_ peer: any WirePeer) async throws(WireStatus) -> Registered {
    let holding = try await holding()
    let reply = try await peer.call(
      ControllerMethods.Register.self, registration(holding.held), timeout: Self.patience)
    reconciler.board.take(recorded: [])
    return Registered(leaseMS: reply.leaseMS, strangers: holding.strangers)
  }

  private func registration(_ held: [Held]) -> RegisterRequest {
    var request = RegisterRequest()
    request.hostName = hostName
    request.agentVersion = Release.version
    request.inventory = offer
    request.held = held
    return request
  }

  /// What the journal holds, and every guest of this node that it does not: a journal that was lost
  /// must not make guests invisible. Those have no generation, so that whatever the controller wants
  /// of them is newer; one that it never knew it lists as an orphan.
  private func holding() async throws(WireStatus) -> Holding {
    do throws(RoostError) {
      let journalled = try await reconciler.held()
      let known = Set(journalled.map(\.instanceID))
      let others = try await parts.hypervisor.domains().filter { $0.node == parts.node }
        .compactMap(\.instance).filter { !known.contains($0) }
      let strange = others.map { instance in
        var held = Held()
        held.instanceID = instance
        return held
      }
      return Holding(held: journalled + strange, strangers: Set(others))
    } catch {
      throw WireStatus(error)
    }
  }
}
