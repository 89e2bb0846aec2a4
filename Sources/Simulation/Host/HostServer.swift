// SPDX-License-Identifier: Apache-2.0

public import Base
import Hypervisor
import JSON
import Lanes

/// Holds the guests and taps of a node for agents in other processes, so that an agent can be killed
/// and its guests remain.
public struct HostServer: Sendable {
  private let host: SimulatedHypervisor
  private let path: String

  /// - Parameter path: of the UNIX socket.
  public init(_ host: SimulatedHypervisor, at path: String) {
    self.host = host
    self.path = path
  }

  private static let forEver = Duration.seconds(10 * 365 * 86_400)
  private static let patience = Duration.seconds(30)

  /// Serves until the task is cancelled.
  ///
  /// - Parameter ready: is called once agents can connect.
  /// - Throws: when there can be no socket at the path.
  public func run(ready: @Sendable () -> Void = {}) async throws(RoostError) {
    let listener = try LineSocket.listen(path)
    ready()
    let accepting = Lane(name: "accept")
    defer { accepting.stop() }
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          let client = try? await accepting.run("accept", timeout: Self.forEver) {
            () throws(RoostError) in listener.accept()
          }
          guard let client else { break }
          group.addTask { await serve(client) }
        }
        group.cancelAll()
      }
    } onCancel: {
      listener.shutDown()
    }
  }

  private func serve(_ client: LineSocket) async {
    // A call that hangs has its own thread to hang on.
    let lane = Lane(name: "host call")
    defer { lane.stop() }
    do throws(RoostError) {
      let line = try await lane.run("receive", timeout: Self.patience) {
        () throws(RoostError) in try client.receive()
      }
      guard let line else { return }
      let call = try HostCall(line)
      guard call != .events else { return await tell(client, lane) }
      let answer: JSONValue
      do throws(RoostError) { answer = try await answered(call) } catch {
        answer = HostAnswer.json(error)
      }
      try await send(answer, client, lane)
    } catch {
      // Whoever asked has gone, or sent what is no call; the host goes on.
      try? await send(HostAnswer.json(error), client, lane)
    }
  }

  private func send(
    _ line: JSONValue, _ client: LineSocket, _ lane: Lane
  ) async throws(RoostError) {
    try await lane.run("send", timeout: Self.patience) { () throws(RoostError) in
      try client.send(line)
    }
  }

  private func tell(_ client: LineSocket, _ lane: Lane) async {
    for await event in host.events() {
      do throws(RoostError) { try await send(HostAnswer.json(event), client, lane) } catch {
        return
      }
    }
  }

  private func answered(_ call: HostCall) async throws(RoostError) -> JSONValue {
    switch call {
    case .domains: return ["domains": .array(try await host.domains().map(HostAnswer.json))]
    case .domain(let id):
      return ["domain": try await host.domain(id).map(HostAnswer.json) ?? .null]
    case .define(let definition): try await host.define(definition)
    case .start(let id, let paused): try await host.start(id, paused: paused)
    case .shutdown(let id): try await host.shutdown(id)
    case .destroy(let id): try await host.destroy(id)
    case .undefine(let id): try await host.undefine(id)
    case .ports: return ["ports": .array(try await host.ports().map(HostAnswer.json))]
    case .plug(let port): try await host.plug(port)
    case .unplug(let port): try await host.unplug(port)
    case .become(let id, let power): host.become(id, power, detail: "by itself")
    case .behave(let operation, let behaviour):
      host.conduct.behaviours.special[operation] = behaviour
    case .events: break
    }
    return [:]
  }
}
