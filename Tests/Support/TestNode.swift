// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
import Synchronization
public import Wire

/// A node as the controller meets it on the wire: it registers, takes what it is told, and reports
/// what a test wants it to.
public final class TestNode: Sendable {
  private struct State {
    var request: RegisterRequest
    var connection: (any WirePeer)?
    var applyFailures: [WireStatus] = []
    var refusals: [Refusal] = []
    var survey = SurveyReply()
    var console: [InstanceID: [UInt8]] = [:]
    var whenSurveyed: (@Sendable () async -> Void)?
  }

  public let id: NodeID
  /// What it was told and took, one by one.
  public let told = Mailbox<Desired>()
  /// Each time it was told something, taken or not, in the messages it came in.
  public let applies = Mailbox<[Desired]>()
  private let network: any Network
  private let address: String
  private let state: Mutex<State>

  /// A node that isn't connected yet.
  ///
  /// - Parameter network: who it is there is up to the network.
  public init(
    _ id: NodeID, registering request: RegisterRequest, on network: any Network, _ address: String
  ) {
    self.id = id
    self.network = network
    self.address = address
    state = Mutex(State(request: request))
  }

  /// Connects without saying anything.
  public func connect() async throws(RoostError) {
    var table = ServiceTable()
    table.on(AgentMethods.Apply.self) { [self] (request, _) async throws(WireStatus) in
      try apply(request)
    }
    table.on(AgentMethods.ConsoleLog.self) { [self] (request, _) async throws(WireStatus) in
      var reply = ConsoleLogReply()
      guard let output = state.withLock({ $0.console[request.instanceID] }) else {
        throw WireStatus(.notFound, "no such instance here")
      }
      reply.output = output
      return reply
    }
    table.onStream(AgentMethods.Survey.self) { [self] (stream, _) async throws(WireStatus) in
      let (reply, hook) = state.withLock { state in
        defer { state.whenSurveyed = nil }
        return (state.survey, state.whenSurveyed)
      }
      await hook?()
      for part in reply.parts(of: 1) { try await stream.send(part) }
    }
    let peer = try await network.dialWhenListening(address, service: table)
    state.withLock { $0.connection = peer }
  }

  /// What it says of itself when it registers.
  var registration: RegisterRequest { state.withLock { $0.request } }

  /// Says who it is and what it holds.
  @discardableResult
  public func register(holding held: [(InstanceID, Generation)] = [])
    async throws(WireStatus) -> RegisterReply
  {
    try await register(
      holding: held.map { instance, generation in
        var held = Held()
        held.instanceID = instance
        held.generation = generation
        held.target = .running
        return held
      })
  }

  /// Says who it is and what it holds, with all that a journal's entry says.
  @discardableResult
  public func register(holding held: [Held]) async throws(WireStatus) -> RegisterReply {
    var request = registration
    request.held = held
    return try await call(ControllerMethods.Register.self, request)
  }

  /// Renews its lease, and says why its hypervisor can't be used, if it can't.
  @discardableResult
  public func heartbeat(hypervisorUnavailable reason: String = "")
    async throws(WireStatus) -> HeartbeatReply
  {
    var request = HeartbeatRequest()
    request.hypervisorUnavailable = reason
    return try await call(ControllerMethods.Heartbeat.self, request)
  }

  /// Calls the controller.
  public func call<Method: RemoteMethod>(_ method: Method.Type, _ request: Method.Request)
    async throws(WireStatus) -> Method.Reply
  {
    guard let connection = state.withLock({ $0.connection }) else {
      throw WireStatus(.unavailable, "the node is not connected")
    }
    return try await connection.call(method, request, timeout: .seconds(20))
  }

  /// Ends the connection.
  public func disconnect() async {
    await state.withLock { $0.connection }?.close(reason: "the node goes")
  }

  /// Returns when the connection has ended, with why.
  public func closed() async -> String {
    await state.withLock { $0.connection }?.closed() ?? "never connected"
  }

  /// What it offers and calls itself, from the next registration on.
  public func change(_ body: (inout RegisterRequest) -> Void) {
    state.withLock { body(&$0.request) }
  }

  /// Fails the next calls of Apply, one each.
  public func failApplies(with failures: WireStatus...) {
    state.withLock { $0.applyFailures += failures }
  }

  /// Refuses in every answer to Apply from now on.
  public func refuse(_ refusals: [Refusal]) { state.withLock { $0.refusals = refusals } }

  /// What it has, as a survey lists it; `during` runs while the next one is on its way.
  public func setSurvey(_ survey: SurveyReply, during: (@Sendable () async -> Void)? = nil) {
    state.withLock {
      $0.survey = survey
      $0.whenSurveyed = during
    }
  }

  /// What a guest wrote to its console.
  public func setConsole(_ output: [UInt8], of instance: InstanceID) {
    state.withLock { $0.console[instance] = output }
  }

  private func apply(_ request: ApplyRequest) throws(WireStatus) -> ApplyReply {
    applies.put(request.desired)
    let (failure, refusals) = state.withLock { state in
      (state.applyFailures.isEmpty ? nil : state.applyFailures.removeFirst(), state.refusals)
    }
    if let failure { throw failure }
    for desired in request.desired { told.put(desired) }
    var reply = ApplyReply()
    reply.refused = refusals
    return reply
  }
}

extension Network {
  /// Dials as often as it takes until somebody listens.
  func dialWhenListening(_ address: String, service: any WireService)
    async throws(RoostError) -> any WirePeer
  {
    while true {
      do throws(RoostError) {
        return try await dial(address, service: service)
      } catch {
        // Whoever listens and turns this node away will do so again.
        guard error.user.contains("can't be reached"), !Task.isCancelled else { throw error }
        await Task.yield()
      }
    }
  }
}
