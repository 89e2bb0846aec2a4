// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Fleet
import Log
import NodeProtocol
import StateDigest
import Synchronization
import TestSupport
import Wire

/// A fleet with a delegate that remembers, on a network in memory.
final class TestFleet: Sendable {
  let clock = TestClock()
  let logged = CapturingSink()
  let delegate: RememberingDelegate
  let fleet: Fleet
  private let exchange: LoopbackNetwork.Exchange
  private let serving: Task<Void, Never>

  /// - Parameter turns: by default nobody waits for a turn: time stands still.
  init(
    turns: Turns.Terms = Turns.Terms(burst: 1 << 32),
    admission: any PeerAdmission = CertificatesOnly()
  ) throws {
    exchange = try LoopbackNetwork.Exchange()
    delegate = RememberingDelegate(clock: clock)
    let fleet = Fleet(
      turns: turns, clock: clock, admission: admission, log: Logger(logged, threshold: .debug))
    self.fleet = fleet
    let network = LoopbackNetwork(
      exchange, as: PeerIdentity(role: .controller, node: nil), clock: clock)
    serving = Task { [delegate] in
      try? await fleet.run(on: network, address: "controller", delegate: delegate)
    }
  }

  deinit { serving.cancel() }

  /// A node that isn't connected, with a certificate that may name somebody else.
  func node(_ number: UInt8, certificate: PeerIdentity? = nil) -> TestNode {
    let id: NodeID = numbered(number)
    var request = RegisterRequest()
    request.hostName = "node-\(number)"
    return TestNode(
      id, registering: request,
      on: LoopbackNetwork(
        exchange, as: certificate ?? PeerIdentity(role: .node, node: id),
        at: "192.0.2.\(number)", clock: clock),
      "controller")
  }

  func state(of node: TestNode) async -> NodeState { await fleet.condition(of: node.id).state }

  /// Why a node's hypervisor can't be used.
  func hypervisorFailure(of node: TestNode) async -> String? {
    await fleet.condition(of: node.id).hypervisorFailure
  }

  /// Nodes that are up, sorted.
  var up: [NodeID] {
    get async { await fleet.conditions.filter { $0.value.state == .up }.keys.sorted() }
  }

  /// Ends a node's connection and returns once the fleet knows.
  func disconnect(_ node: TestNode) async {
    await node.disconnect()
    while await fleet.connected.contains(node.id) { await Task.yield() }
  }

  /// A state to tell.
  static func desired(_ instance: UInt8, _ number: UInt64) -> Desired {
    var desired = Desired()
    desired.instanceID = numbered(instance)
    desired.generation = Generation(epoch: 1, number: number)
    desired.target = .running
    return desired
  }
}

/// Remembers what it was asked, and answers as told.
final class RememberingDelegate: FleetDelegate {
  private let clock: any Clock

  init(clock: any Clock) { self.clock = clock }

  struct State {
    var answers: [NodeID: [Desired]] = [:]
    /// Where registrations came from.
    var addresses: [String?] = []
    /// What a node holds as far as this delegate knows, and which of its reports are recorded.
    var held: [NodeID: [Held]] = [:]
    var recorded: [NodeID: [EntryDigest]] = [:]
    var resumptions: [NodeID] = []
    var failure: RoostError?
    var observed: [(node: NodeID, observation: Observation)] = []
    var granted: [(node: NodeID, image: ImageID)] = []
  }

  let state = Mutex(State())

  func fail(with failure: RoostError?) { state.withLock { $0.failure = failure } }

  private func throwIfTold() throws(RoostError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  func register(
    _ node: NodeID, _ request: RegisterRequest, from address: String?
  ) async throws(RoostError) -> [Desired] {
    try throwIfTold()
    return state.withLock { state in
      state.addresses.append(address)
      return state.answers[node] ?? []
    }
  }

  func resume(
    _ node: NodeID, _ resumption: Resumption, from address: String?
  ) async throws(RoostError) -> ResumptionOutcome {
    try throwIfTold()
    return state.withLock { state in
      state.resumptions.append(node)
      guard case .wanted(let buckets) = resumption.held(onRecord: state.held[node] ?? []) else {
        return .registered(
          state.answers[node] ?? [], resumption.unlike(state.recorded[node] ?? []))
      }
      return .wanted(buckets)
    }
  }

  func observe(_ node: NodeID, _ observations: [Observation]) async throws(RoostError) {
    try throwIfTold()
    state.withLock { $0.observed += observations.map { (node, $0) } }
  }

  func enrol(_ request: EnrolRequest, from address: String?) async throws(RoostError)
    -> IssuedCertificate
  {
    try throwIfTold()
    return IssuedCertificate()
  }

  func renewCertificate(
    of peer: PeerIdentity, _ node: NodeID, _ request: RenewCertificateRequest
  ) async throws(RoostError) -> RenewedCertificate {
    try throwIfTold()
    return RenewedCertificate(
      certificate: IssuedCertificate(), expires: clock.now + .seconds(90 * 86_400))
  }

  func grantImage(_ image: ImageID, to node: NodeID) async throws(RoostError) -> GrantImageReply {
    try throwIfTold()
    state.withLock { $0.granted.append((node, image)) }
    return GrantImageReply()
  }
}
