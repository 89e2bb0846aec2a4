// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Log
public import NodeProtocol
public import Wire

/// One session per connected node: who is there, what they are to be told, what they say.
///
/// The node that a connection speaks for is the one its certificate names. A newer connection of a
/// node takes the older one's place. States are told in the order of their generations until the
/// node has them in its journal; after a reconnect the delegate says what differs.
public actor Fleet {
  let terms: LeaseTerms
  nonisolated let clock: any Clock
  let crashPoints: CrashPoints
  let log: Logger
  let admission: any PeerAdmission
  var anonymous = AnonymousPeers()
  var sessions: [NodeID: Session] = [:]
  var leaseEnds: [NodeID: Uptime] = [:]
  /// Connections that a newer one has replaced and that have not ended yet.
  var replaced: Set<ObjectIdentifier> = []
  var turns: Turns
  private let startedAt: Uptime

  /// A fleet that nobody has joined.
  ///
  /// - Parameter admission: whose connections may speak for their nodes.
  public init(
    terms: LeaseTerms = LeaseTerms(), turns: Turns.Terms = Turns.Terms(), clock: any Clock,
    admission: any PeerAdmission = CertificatesOnly(), crashPoints: CrashPoints = .none,
    log: Logger
  ) {
    self.admission = admission
    self.terms = terms
    self.turns = Turns(turns)
    self.clock = clock
    self.crashPoints = crashPoints
    self.log = log
    startedAt = clock.uptime
  }

  /// Serves nodes until cancelled.
  public func run(
    on network: any Wire.Network, address: String, delegate: any FleetDelegate
  ) async throws(RoostError) {
    try await network.listen(
      on: address, service: AgentService(fleet: self, delegate: delegate),
      accepted: { peer in await self.attend(peer) })
  }

  /// Whether a node can be reached, and whether its hypervisor answers.
  public func condition(of node: NodeID) -> NodeCondition {
    NodeCondition(
      state: terms.state(
        isConnected: sessions[node]?.isRegistered ?? false, leaseEnd: leaseEnds[node],
        startedAt: startedAt, now: now),
      hypervisorFailure: sessions[node]?.hypervisorFailure)
  }

  /// The conditions of nodes at one moment, in the order given.
  public func conditions(of nodes: [NodeID]) -> [NodeCondition] {
    nodes.map { condition(of: $0) }
  }

  /// How long a node's lease still holds, not below zero; nil when this controller gave it none.
  public func leaseLeft(of node: NodeID) -> Duration? {
    leaseEnds[node].map { max(.zero, $0 - now) }
  }

  /// The conditions of all connected nodes at one moment. A node that isn't among them is not up.
  public var conditions: [NodeID: NodeCondition] {
    Dictionary(uniqueKeysWithValues: connected.map { ($0, condition(of: $0)) })
  }

  /// Connected nodes, sorted.
  public var connected: [NodeID] {
    sessions.filter { $0.value.isRegistered }.map(\.key).sorted()
  }

  /// How many nodes are being registered or wait for their turn.
  public var registering: Int { turns.inside }

  /// Has a node told what it should be. One that isn't connected learns of it when it registers.
  public func apply(_ node: NodeID, _ desired: [Desired]) {
    guard sessions[node] != nil else { return }
    for one in desired { sessions[node]?.outbox.add(one) }
    sessions[node]?.wake.yield()
  }

  /// The end of a guest's serial console.
  ///
  /// - Parameter lines: 0 asks for all that is kept.
  /// - Throws: `.unavailable` when the node isn't connected.
  public func consoleLog(of instance: InstanceID, on node: NodeID, lines: UInt32)
    async throws(RoostError) -> [UInt8]
  {
    var request = ConsoleLogRequest()
    request.instanceID = instance
    request.lines = lines
    return try await call(node, AgentMethods.ConsoleLog.self, request).output
  }

  /// Everything of Roost's that exists on a node.
  ///
  /// - Throws: `.unavailable` when the node isn't connected.
  public func survey(_ node: NodeID) async throws(RoostError) -> SurveyReply {
    let peer = try registered(node)
    do throws(WireStatus) {
      return try await peer.replies(
        of: AgentMethods.Survey.self, to: SurveyRequest(), timeout: .seconds(60)
      ).reduce(into: SurveyReply()) { $0.add($1) }
    } catch {
      throw RoostError(error, node: node, method: AgentMethods.Survey.name)
    }
  }

  /// A node's connection, if it can be called.
  private func registered(_ node: NodeID) throws(RoostError) -> any WirePeer {
    guard let session = sessions[node], session.isRegistered else {
      throw RoostError(.unavailable, "The server's node does not answer now; try again later.")
    }
    return session.peer
  }

  private func call<Method: RemoteMethod>(
    _ node: NodeID, _ method: Method.Type, _ request: Method.Request,
    timeout: Duration = .seconds(20)
  ) async throws(RoostError) -> Method.Reply {
    let peer = try registered(node)
    do throws(WireStatus) {
      return try await peer.call(method, request, timeout: timeout)
    } catch {
      throw RoostError(error, node: node, method: Method.name)
    }
  }
}

extension RoostError {
  /// A node's refusal, as the API may show it.
  init(_ status: WireStatus, node: NodeID, method: String) {
    let detail = "\(method) on node \(node): \(status)"
    switch status.code {
    case .notFound: self.init(.notFound, "Nothing like that is on the node.", operator: detail)
    case .deadlineExceeded:
      self.init(.deadlineExceeded, "The server's node did not answer in time.", operator: detail)
    case .cancelled: self.init(.cancelled, "The request was cancelled.", operator: detail)
    case .unavailable, .aborted:
      self.init(
        .unavailable, "The server's node does not answer now; try again later.",
        operator: detail)
    default:
      self.init(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: detail)
    }
  }
}
