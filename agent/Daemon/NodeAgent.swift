// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
public import Reconciler
public import Wire

/// What an agent does once its parts are made: keeps the node's guests as they should be, and stays in
/// touch with the controller. It knows neither files nor sockets nor libvirt, only what it is given.
public struct NodeAgent: Sendable {
  /// What is kept as it should be; a view for tests and measurements.
  public let reconciler: Reconciler
  private let session: ControllerSession

  /// - Parameters:
  ///   - address: the controller's, as `network` understands it.
  ///   - hostName: the name that operators see.
  ///   - link: set while there is a registered connection; image sources call through it.
  ///   - inventory: fails with `.unavailable` until the hypervisor answers.
  ///   - stateChanged: is told of each change of the connection.
  public init(
    _ parts: NodeParts, controller address: String, hostName: String, network: any Network,
    link: ControllerLink, inventory: @escaping @Sendable () async throws(RoostError) -> Inventory,
    stateChanged: @escaping @Sendable (SessionState) -> Void = { _ in }
  ) {
    reconciler = Reconciler(parts)
    session = ControllerSession(
      address: address, hostName: hostName, network: network,
      service: AgentService(reconciler: reconciler, parts: parts).table(), link: link,
      reconciler: reconciler, parts: parts, inventory: inventory, stateChanged: stateChanged)
  }

  /// Runs until the task is cancelled; guests are left as they are.
  ///
  /// - Throws: when the journal can't be read at the start.
  public func run() async throws(RoostError) {
    let failure = await withTaskGroup(of: RoostError?.self) { group in
      group.addTask {
        await session.run()
        return nil
      }
      group.addTask {
        do throws(RoostError) { try await reconciler.run() } catch { return error }
        return nil
      }
      let failure = await group.next() ?? nil
      group.cancelAll()
      return failure
    }
    if let failure { throw failure }
  }
}

/// How an agent's connection to its controller is.
public enum SessionState: Sendable, Hashable {
  /// There is nothing to register with: why the hypervisor does not answer.
  case awaitingHypervisor(String)
  /// The controller counts the node as up.
  case registered
  /// A registered connection has ended; why.
  case lost(String)
  /// There was none to begin with; why.
  case unconnected(String)

  /// A line for operators.
  func text(_ address: String) -> String {
    switch self {
    case .awaitingHypervisor(let why): "Not registered: the hypervisor does not answer: \(why)"
    case .registered: "Registered with the controller at \(address)."
    case .lost(let why): "Lost the controller at \(address): \(why)"
    case .unconnected(let why): "No connection to the controller at \(address): \(why)"
    }
  }
}
