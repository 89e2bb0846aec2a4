// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization
public import Wire

/// Machines and the TCP/IP network between them, on a timeline: segments that are late, lost, doubled or out
/// of order, partitions, connections that one side has forgotten. The same seed and the same calls have
/// the same fates.
///
/// Machines are known by their names. What a machine's kernel does goes on when a process of it is killed:
/// that process's connections are closed, what it had sent is sent. Used on the timeline's thread.
public final class SimulatedNetwork: Sendable {
  private struct Place: Hashable {
    let machine: String
    let port: UInt16
  }

  private struct WeakConnection {
    weak var connection: SimulatedConnection?
  }

  private struct State {
    var routes: Routes
    /// Machines by their names and addresses.
    var hosts: [String: String] = [:]
    /// Machines without power.
    var off: Set<String> = []
    var listeners: [Place: Listener] = [:]
    var connections: [UInt64: WeakConnection] = [:]
    var lastNumber: UInt64 = 0
    var onCall: (@Sendable (NetworkCall) -> Void)?
  }

  let timeline: Timeline
  private let state: Mutex<State>

  /// A network without machines.
  ///
  /// - Parameter weather: how it is everywhere where nothing else is said.
  public init(_ timeline: Timeline, seed: UInt64, weather: Weather = Weather()) {
    self.timeline = timeline
    state = Mutex(State(routes: Routes(seed: seed, usual: weather)))
  }

  /// Is called before each connect and send of a process. If the process is killed by it, the call fails
  /// and nothing comes of it.
  public var onCall: (@Sendable (NetworkCall) -> Void)? {
    get { state.withLock { $0.onCall } }
    set { state.withLock { $0.onCall = newValue } }
  }

  /// A process's sight of the network. The machine has power from now on.
  ///
  /// - Parameters:
  ///   - machine: where the process runs; others reach it by this name and by its address.
  ///   - identity: who the process is to its peers, as its certificate would say.
  ///   - address: the machine's address, as `192.0.2.7`.
  public func fabric(
    for process: SimulatedProcess, on machine: String, identity: PeerIdentity, address: String
  ) -> any Fabric {
    state.withLock { state in
      state.hosts[machine] = machine
      state.hosts[address] = machine
      state.off.remove(machine)
    }
    return SimulatedFabric(
      network: self, process: process, machine: machine, identity: identity, address: address)
  }

  // MARK: Processes and machines

  /// The kernel takes away what a process that was killed, or has ended, has of the network. Its peers get
  /// FIN, or RST where it has left bytes unread.
  public func killed(_ process: SimulatedProcess) {
    let dropped = drop { $0.process === process }
    for connection in connections { connection.processDied(process) }
    withExtendedLifetime(dropped) {}
  }

  /// A machine has no power from now on: nobody is told, and what is sent to it is lost. Its processes
  /// are to be killed first.
  public func lost(_ machine: String) {
    state.withLock { _ = $0.off.insert(machine) }
    let dropped = drop(on: machine) { _ in true }
    for connection in connections { connection.machineLost(machine) }
    withExtendedLifetime(dropped) {}
  }

  /// A machine has power again, and nothing runs on it yet: its kernel answers with RST whatever is sent
  /// to it. What was before is not known any more.
  public func booted(_ machine: String) { state.withLock { _ = $0.off.remove(machine) } }

  // MARK: Faults

  /// Begins a weather. Where several are, all their mishaps happen.
  public func begin(_ weather: Weather, in region: Region) -> WeatherSpell {
    WeatherSpell(number: state.withLock { $0.routes.begin(weather, in: region) })
  }

  /// Ends it; one that has ended is fine.
  public func end(_ spell: WeatherSpell) { state.withLock { $0.routes.end(spell.number) } }

  /// Has a weather from one moment to another.
  public func schedule(_ weather: Weather, in region: Region, from: Uptime, until: Uptime) {
    timeline.at(from) { [self] in
      let spell = begin(weather, in: region)
      timeline.at(until) { [self] in end(spell) }
    }
  }

  /// Cuts a machine off. What is under way arrives.
  public func cut(_ machine: String, _ direction: CutDirection = .both) {
    state.withLock { $0.routes.cut(machine, direction) }
  }

  /// Ends all cuts of a machine.
  public func heal(_ machine: String) { state.withLock { $0.routes.heal(machine) } }

  /// Breaks all connections of a machine: both their ends get RST.
  public func reset(_ machine: String) {
    for connection in connections { connection.reset(machine) }
  }

  /// Has the connections that a machine has now forgotten by something between the ends, as a NAT does
  /// that is restarted: whatever is sent on them is swallowed. New ones work.
  public func halfOpen(_ machine: String) {
    for connection in connections { connection.forget(machine) }
  }

  // MARK: For connections

  var now: Uptime { timeline.now }

  func fate(on way: inout Routes.Way) -> Routes.Fate {
    state.withLock { $0.routes.fate(on: &way) }
  }

  func isOn(_ machine: String) -> Bool { state.withLock { !$0.off.contains(machine) } }

  func machine(at host: String) -> String? { state.withLock { $0.hosts[host] } }

  /// Tells whoever wants to know that a process calls. Returns whether it is alive to do so, then and
  /// after that.
  func allows(
    _ process: SimulatedProcess, _ operation: NetworkCall.Operation, from machine: String,
    to peer: String
  ) -> Bool {
    guard process.isAlive else { return false }
    guard let onCall else { return true }
    onCall(
      NetworkCall(operation: operation, process: process.name, machine: machine, peer: peer))
    return process.isAlive
  }

  func makeConnection(
    _ caller: SimulatedFabric, to machine: String, port: UInt16
  ) -> SimulatedConnection {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    let connection = SimulatedConnection(caller, to: machine, port: port, number: number)
    state.withLock { $0.connections[number] = WeakConnection(connection: connection) }
    return connection
  }

  func isOver(_ connection: UInt64) {
    state.withLock { _ = $0.connections.removeValue(forKey: connection) }
  }

  /// All that are, the oldest first.
  private var connections: [SimulatedConnection] {
    state.withLock { state in
      state.connections.keys.sorted().compactMap { state.connections[$0]?.connection }
    }
  }

  // MARK: Listeners

  func listener(on machine: String, port: UInt16) -> Listener? {
    state.withLock { $0.listeners[Place(machine: machine, port: port)] }
  }

  func listen(on machine: String, port: UInt16, _ listener: Listener) {
    let place = Place(machine: machine, port: port)
    let (old, number) = state.withLock { state in
      state.lastNumber += 1
      var listener = listener
      listener.number = state.lastNumber
      return (state.listeners.updateValue(listener, forKey: place), state.lastNumber)
    }
    old?.arrivals.finish()
    listener.arrivals.onTermination = { [weak self] _ in
      _ = self?.state.withLock { state in
        state.listeners[place]?.number == number ? state.listeners.removeValue(forKey: place) : nil
      }
    }
  }

  /// Returns what is dropped, to be let go of when nothing is locked: it may hold connections.
  private func drop(
    on machine: String? = nil, where isDropped: (Listener) -> Bool
  ) -> [Listener] {
    state.withLock { state in
      let places = state.listeners.keys
        .filter { machine == nil || $0.machine == machine }
        .sorted { ($0.machine, $0.port) < ($1.machine, $1.port) }
      return places.compactMap { place in
        guard let listener = state.listeners[place], isDropped(listener) else { return nil }
        return state.listeners.removeValue(forKey: place)
      }
    }
  }
}

/// A weather that has begun.
public struct WeatherSpell: Hashable, Sendable {
  fileprivate let number: Int
}
