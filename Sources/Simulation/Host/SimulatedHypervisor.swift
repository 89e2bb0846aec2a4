// SPDX-License-Identifier: Apache-2.0

public import Base
public import Hypervisor
public import Switch
import Synchronization

/// A host in this process: guests and taps that do as their conduct says. It outlives the agents that
/// are made for it, and keeps what is true however its answers go.
public final class SimulatedHypervisor: Hypervisor {
  private struct State {
    var host = SimulatedHost()
    /// Why the hypervisor can't be reached; nil while it can.
    var away: String?
  }

  /// How calls go.
  public let conduct: Conduct
  private let offer: HostInventory
  private let state: Mutex<State>
  private let feed = EventFeed(disconnected: "not started")

  /// A host without guests, unless one is given; it answers.
  public init(_ host: SimulatedHost = SimulatedHost(), offer: HostInventory, conduct: Conduct) {
    self.conduct = conduct
    self.offer = offer
    state = Mutex(State(host: host))
    feed.tell(.connected)
  }

  /// What is true, whatever calls answer.
  public var host: SimulatedHost { state.withLock { $0.host } }

  /// Breaks the connection to the hypervisor, or heals it. Guests go on.
  public func setAway(_ reason: String?) {
    state.withLock { $0.away = reason }
    feed.tell(reason.map { .disconnected(reason: $0) } ?? .connected)
  }

  /// A guest changes by itself.
  public func become(_ id: InstanceID, _ power: PowerState, detail: String) {
    if let power = state.withLock({ $0.host.become(id, power) }) {
      feed.tell(.lifecycle(id, power, detail: detail))
    }
  }

  /// The host loses power and boots again.
  public func reboot() {
    for id in state.withLock({ $0.host.reboot() }) {
      feed.tell(.lifecycle(id, .shutdown, detail: "reboot"))
    }
  }

  // MARK: Hypervisor

  public func inventory() async throws(RoostError) -> HostInventory {
    try await carryOut("inventory") { _ in offer }
  }

  public func domains() async throws(RoostError) -> [ObservedDomain] {
    try await carryOut("domains") { $0 ? host.domains : [] }
  }

  public func domain(_ id: InstanceID) async throws(RoostError) -> ObservedDomain? {
    try await carryOut("domain") { $0 ? host.domain(id) : nil }
  }

  public func define(_ domain: DomainSpec) async throws(RoostError) {
    try await define(SimulatedHost.Definition(domain))
  }

  /// Defines a domain by what the simulation keeps of it.
  func define(_ definition: SimulatedHost.Definition) async throws(RoostError) {
    try await carryOut("define") { isTrue in
      if isTrue { state.withLock { $0.host.define(definition) } }
    }
  }

  public func start(_ id: InstanceID, paused: Bool) async throws(RoostError) {
    try await change("start", id, "booted") { (host) throws(RoostError) in
      try host.start(id, paused: paused)
    }
  }

  public func shutdown(_ id: InstanceID) async throws(RoostError) {
    try await change("shutdown", id, "shutdown") { $0.end(id) }
  }

  public func destroy(_ id: InstanceID) async throws(RoostError) {
    try await change("destroy", id, "destroyed") { $0.end(id) }
  }

  public func undefine(_ id: InstanceID) async throws(RoostError) {
    try await change("undefine", id, "undefined") { (host) throws(RoostError) in
      try host.undefine(id) ? .noState : nil
    }
  }

  public func events() -> AsyncStream<HypervisorEvent> { feed.stream() }

  private func carryOut<T>(
    _ call: String, _ effect: (_ isTrue: Bool) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try throwIfAway()
    return try await conduct.carryOut("hypervisor.\(call)") { isTrue throws(RoostError) in
      try throwIfAway()
      return try effect(isTrue)
    }
  }

  private func throwIfAway() throws(RoostError) {
    if let away = state.withLock({ $0.away }) {
      throw RoostError(.unavailable, "The hypervisor does not answer.", operator: away)
    }
  }

  /// Carries out a call that changes a guest, and tells who follows the events.
  private func change(
    _ call: String, _ id: InstanceID, _ detail: String,
    _ body: (inout SimulatedHost) throws(RoostError) -> PowerState?
  ) async throws(RoostError) {
    try await carryOut(call) { isTrue throws(RoostError) in
      guard isTrue else { return }
      let outcome = state.withLock { state -> Result<PowerState?, RoostError> in
        do throws(RoostError) { return .success(try body(&state.host)) } catch {
          return .failure(error)
        }
      }
      if let power = try outcome.get() { feed.tell(.lifecycle(id, power, detail: detail)) }
    }
  }
}

/// The host's switch.
extension SimulatedHypervisor: Switch {
  public func ensureBridge(_ physicalNetwork: String) async throws(RoostError) {
    try await conduct.carryOut("switch.ensureBridge") { _ in }
  }

  public func ports() async throws(RoostError) -> [ObservedTap] {
    try await conduct.carryOut("switch.ports") { $0 ? host.taps : [] }
  }

  public func plug(_ port: PortSpec) async throws(RoostError) {
    try await conduct.carryOut("switch.plug") { isTrue in
      if isTrue { state.withLock { $0.host.plug(port) } }
    }
  }

  public func unplug(_ port: PortID) async throws(RoostError) {
    try await conduct.carryOut("switch.unplug") { isTrue in
      if isTrue { state.withLock { $0.host.unplug(port) } }
    }
  }
}
