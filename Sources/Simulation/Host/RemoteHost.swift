// SPDX-License-Identifier: Apache-2.0

public import Base
public import Hypervisor
import JSON
import Lanes
public import Switch

/// An agent's shell over a host in another process: hypervisor and switch by calls over a socket. While
/// nobody listens there, the hypervisor counts as gone, and is looked for again.
public final class RemoteHost: Hypervisor {
  private let path: String
  private let offer: HostInventory
  private let lanes: LanePool
  private let clock: any Clock
  private let feed = EventFeed(disconnected: "not connected yet")

  private static let patience = Duration.seconds(30)
  private static let pause = Duration.milliseconds(200)

  /// A host that `run` will look for.
  public init(at path: String, offer: HostInventory, clock: any Clock) {
    self.path = path
    self.offer = offer
    self.clock = clock
    lanes = LanePool(name: "host", width: 16)
  }

  /// Follows the host's events until the task is cancelled.
  public func run() async {
    let lane = Lane(name: "host events")
    defer { lane.stop() }
    while !Task.isCancelled {
      let reason = await follow(lane)
      feed.tell(.disconnected(reason: reason))
      try? await clock.sleep(for: Self.pause)
    }
  }

  private func follow(_ lane: Lane) async -> String {
    do throws(RoostError) {
      let path = path
      let socket = try await lane.run("connect", timeout: Self.patience) {
        () throws(RoostError) in
        let socket = try LineSocket.connect(path)
        try socket.send(HostCall.events.json)
        return socket
      }
      return await withTaskCancellationHandler {
        await listen(to: socket, lane)
      } onCancel: {
        // An event may be long in coming; whoever is cancelled must not wait for it.
        socket.shutDown()
      }
    } catch {
      return error.user
    }
  }

  private func listen(to socket: LineSocket, _ lane: Lane) async -> String {
    do throws(RoostError) {
      while let line = try await lane.run(
        "next event", timeout: .seconds(10 * 365 * 86_400),
        { () throws(RoostError) in try socket.receive() })
      {
        if let event = try HostAnswer.event(line) { feed.tell(event) }
      }
      return "the host has ended"
    } catch {
      return error.user
    }
  }

  /// A guest changes by itself, over there.
  public func become(_ id: InstanceID, _ power: PowerState) async throws(RoostError) {
    _ = try await ask(.become(id, power), of: "\(id)")
  }

  /// Has calls of an operation go otherwise, as `hypervisor.start`.
  public func behave(_ operation: String, _ behaviour: Behaviour) async throws(RoostError) {
    _ = try await ask(.behave(operation, behaviour), of: "conduct")
  }

  private func ask(_ call: HostCall, of key: String) async throws(RoostError) -> JSONValue {
    let path = path
    return try await lanes.lane(for: key).run("ask the host", timeout: Self.patience) {
      () throws(RoostError) -> JSONValue in
      let socket = try LineSocket.connect(path)
      try socket.send(call.json)
      guard let line = try socket.receive() else {
        throw RoostError(.unavailable, "The host at \(path) ended before it answered.")
      }
      return try HostAnswer.value(line)
    }
  }

  // MARK: Hypervisor

  public func inventory() async throws(RoostError) -> HostInventory {
    _ = try await ask(.ports, of: "inventory")
    return offer
  }

  public func domains() async throws(RoostError) -> [ObservedDomain] {
    var found: [ObservedDomain] = []
    for line in try await ask(.domains, of: "domains")["domains"]?.elements ?? [] {
      found.append(try HostAnswer.domain(line))
    }
    return found
  }

  public func domain(_ id: InstanceID) async throws(RoostError) -> ObservedDomain? {
    let line = try await ask(.domain(id), of: "\(id)")["domain"] ?? .null
    return line == .null ? nil : try HostAnswer.domain(line)
  }

  public func define(_ domain: DomainSpec) async throws(RoostError) {
    _ = try await ask(.define(SimulatedHost.Definition(domain)), of: "\(domain.instance)")
  }

  public func start(_ id: InstanceID, paused: Bool) async throws(RoostError) {
    _ = try await ask(.start(id, paused: paused), of: "\(id)")
  }

  public func shutdown(_ id: InstanceID) async throws(RoostError) {
    _ = try await ask(.shutdown(id), of: "\(id)")
  }

  public func destroy(_ id: InstanceID) async throws(RoostError) {
    _ = try await ask(.destroy(id), of: "\(id)")
  }

  public func undefine(_ id: InstanceID) async throws(RoostError) {
    _ = try await ask(.undefine(id), of: "\(id)")
  }

  public func events() -> AsyncStream<HypervisorEvent> { feed.stream() }
}

extension RemoteHost: Switch {
  public func ensureBridge(_ physicalNetwork: String) async throws(RoostError) {}

  public func ports() async throws(RoostError) -> [ObservedTap] {
    var found: [ObservedTap] = []
    for line in try await ask(.ports, of: "ports")["ports"]?.elements ?? [] {
      found.append(try HostAnswer.tap(line))
    }
    return found
  }

  public func plug(_ port: PortSpec) async throws(RoostError) {
    _ = try await ask(.plug(port), of: "\(port.id)")
  }

  public func unplug(_ port: PortID) async throws(RoostError) {
    _ = try await ask(.unplug(port), of: "\(port)")
  }
}
