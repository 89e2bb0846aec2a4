// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Log
import NodeProtocol
import Wire

// A connection's life: joined by its registration, told what is to be, ended by either side.
extension Fleet {
  /// Attends a connection until it ends. One that isn't a node's is closed at once.
  func attend(_ peer: any WirePeer) async {
    if peer.identity.role == .anonymous { return await attendAnonymous(peer) }
    guard peer.identity.role == .node, let node = peer.identity.node else {
      log.warning("closed a connection whose certificate names no node")
      await peer.close(reason: "the certificate names no node")
      return
    }
    guard await turnAway(peer, from: node) == nil else { return }
    guard await join(peer, node: node), let wakes = sessions[node]?.wakes else {
      replaced.remove(ObjectIdentifier(peer))
      return
    }
    // Cancelled, and awaited, when this returns.
    async let _ = tell(wakes, node: node, peer: peer)
    let reason = await peer.closed()
    leave(peer, node: node, reason: reason)
  }

  /// Makes a connection the one that speaks for its node; the node's older one is closed. A first
  /// call may come before the connection is attended, so both lead here.
  ///
  /// - Returns: false for a connection that a newer one has replaced, or that has ended.
  func join(_ peer: any WirePeer, node: NodeID) async -> Bool {
    if sessions[node]?.peer === peer { return true }
    // The calls of a connection are cancelled before its end is told. A late one must not make a
    // session that nobody would ever end.
    guard !Task.isCancelled else { return false }
    guard !replaced.contains(ObjectIdentifier(peer)) else { return false }
    guard let older = sessions.updateValue(Session(peer), forKey: node) else { return true }
    replaced.insert(ObjectIdentifier(older.peer))
    older.wake.finish()
    log.warning("a newer connection takes the older one's place", [.node: node])
    await older.peer.close(reason: "a newer connection of this node has taken its place")
    return sessions[node]?.peer === peer
  }

  private func leave(_ peer: any WirePeer, node: NodeID, reason: String) {
    replaced.remove(ObjectIdentifier(peer))
    guard let session = sessions[node], session.peer === peer else { return }
    session.wake.finish()
    sessions[node] = nil
    log.info("node disconnected: \(reason)", [.node: node])
  }

  /// Tells the node what waits for it, whenever there is something.
  private func tell(_ wakes: AsyncStream<Void>, node: NodeID, peer: any WirePeer) async {
    for await _ in wakes {
      while let batch = nextBatch(node: node, peer: peer) {
        crashPoints.reach(.applyBefore)
        var request = ApplyRequest()
        request.desired = batch
        do throws(WireStatus) {
          let reply = try await peer.call(
            AgentMethods.Apply.self, request, timeout: .seconds(30))
          crashPoints.reach(.applyAfter)
          told(batch, node: node, peer: peer, refused: reply.refused)
        } catch {
          guard !Task.isCancelled else { return }
          // The node could not take it: it may be short of disk, or slow. Where the connection has
          // ended instead, the session's end cancels this.
          log.warning("could not tell the node what is wanted: \(error)", [.node: node])
          do { try await clock.sleep(for: .seconds(1)) } catch { return }
        }
      }
    }
  }

  private func nextBatch(node: NodeID, peer: any WirePeer) -> [Desired]? {
    guard let session = sessions[node], session.peer === peer, session.isRegistered,
      !session.outbox.isEmpty
    else { return nil }
    return session.outbox.batch()
  }

  private func told(
    _ batch: [Desired], node: NodeID, peer: any WirePeer, refused: [Refusal]
  ) {
    for refusal in refused {
      log.warning(
        "the node refused a state, holding generation \(refusal.held): \(refusal.reason)",
        [.node: node, .instance: refusal.instanceID])
    }
    guard let session = sessions[node], session.peer === peer else { return }
    sessions[node]?.outbox.remove(batch)
  }
}

// What the agent service calls.
extension Fleet {
  /// The node a connection speaks for. One that a newer connection replaced speaks for none.
  func speaker(_ peer: any WirePeer) async throws(WireStatus) -> NodeID {
    guard peer.identity.role == .node, let node = peer.identity.node else {
      throw WireStatus(.permissionDenied, "the certificate names no node")
    }
    if let reason = await turnAway(peer, from: node) {
      throw WireStatus(.permissionDenied, reason)
    }
    guard await join(peer, node: node) else {
      throw WireStatus(.aborted, "a newer connection of this node has taken this one's place")
    }
    return node
  }

  /// The same for what only registered nodes may ask.
  func registeredSpeaker(_ peer: any WirePeer) async throws(WireStatus) -> NodeID {
    let node = try await speaker(peer)
    guard isRegistered(node) else {
      throw WireStatus(
        .failedPrecondition, "Register or Resume must be the first call on a connection")
    }
    return node
  }

  /// The node of a connection that has registered and may go on; nil for any other.
  private func knownSpeaker(_ peer: any WirePeer) -> NodeID? {
    guard let node = peer.identity.node, let session = sessions[node], session.peer === peer,
      session.isRegistered, refusal(of: peer, from: node) == nil
    else { return nil }
    return node
  }

  /// A registered node says that it is there. All of it in one visit: of all calls this one is made most.
  func heartbeat(
    _ request: HeartbeatRequest, from peer: any WirePeer
  ) async throws(WireStatus) -> HeartbeatReply {
    let node: NodeID
    if let known = knownSpeaker(peer) {
      node = known
    } else {
      node = try await registeredSpeaker(peer)
    }
    renew(node)
    setHypervisor(of: node, unavailable: request.hypervisorUnavailable, peer: peer)
    var reply = HeartbeatReply()
    reply.leaseMS = leaseMilliseconds
    return reply
  }

  /// Whether the node's connection has registered.
  func isRegistered(_ node: NodeID) -> Bool { sessions[node]?.isRegistered ?? false }

  /// What nodes are told of their lease.
  var leaseMilliseconds: UInt32 { UInt32(clamping: terms.span.microseconds / 1000) }

  /// Counts a node as registered and queues what it must be told.
  func registered(_ node: NodeID, peer: any WirePeer, telling desired: [Desired]) {
    guard sessions[node]?.peer === peer else { return }
    sessions[node]?.isRegistered = true
    // Nothing can be registered without a hypervisor that answers.
    sessions[node]?.hypervisorFailure = nil
    renew(node)
    for one in desired { sessions[node]?.outbox.add(one) }
    sessions[node]?.wake.yield()
    log.info("node registered; \(desired.count) states to tell", [.node: node])
  }

  /// Starts the node's lease anew.
  func renew(_ node: NodeID) {
    let last = PlantedBug.leaseFromItsEnd.isPlanted ? leaseEnds[node] : nil
    leaseEnds[node] = terms.end(renewedAt: last ?? now)
  }

  /// What leases are counted by.
  var now: Uptime {
    PlantedBug.leaseOnCivilTime.isPlanted
      ? Uptime(nanoseconds: UInt64(clamping: clock.now.microseconds * 1000)) : clock.uptime
  }

  /// Takes what a node says of its hypervisor: why it can't be used, or nothing while it answers.
  func setHypervisor(of node: NodeID, unavailable reason: String, peer: any WirePeer) {
    guard let session = sessions[node], session.peer === peer else { return }
    let failure = reason.isEmpty ? nil : String(decoding: reason.utf8.prefix(255), as: UTF8.self)
    sessions[node]?.hypervisorFailure = failure
    switch (session.hypervisorFailure, failure) {
    case (nil, let failure?):
      log.warning(
        "the node gets no new servers: its hypervisor does not answer: \(failure)",
        [.node: node])
    case (_?, nil): log.info("the node's hypervisor answers again", [.node: node])
    default: break
    }
  }
}
