// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Images
import Journal
import Log
import NodeProtocol
import Reconciler
import Switch
import Wire

/// What the agent serves to the controller.
struct AgentService: Sendable {
  let reconciler: Reconciler
  let parts: NodeParts

  /// Most bytes of a console log in one answer.
  static let consoleLimit = 1 << 20
  /// So many domains, taps, disks and entries are told in one message.
  private static let surveyPart = 256

  /// The methods by name.
  func table() -> ServiceTable {
    var table = ServiceTable()
    table.on(AgentMethods.Apply.self) { request, _ async throws(WireStatus) in
      try await answer { () async throws(RoostError) in try await apply(request) }
    }
    table.on(AgentMethods.ConsoleLog.self) { request, _ async throws(WireStatus) in
      try await answer { () async throws(RoostError) in try await consoleLog(request) }
    }
    table.onStream(AgentMethods.Survey.self) { stream, peer async throws(WireStatus) in
      guard try await stream.next() != nil else { return }
      let whole = try await answer { () async throws(RoostError) in try await survey() }
      for part in whole.parts(of: Self.surveyPart) { try await stream.send(part) }
    }
    return table
  }

  private func answer<Reply: Sendable>(
    _ work: () async throws(RoostError) -> Reply
  ) async throws(WireStatus) -> Reply {
    do throws(RoostError) {
      return try await work()
    } catch {
      parts.log.warning("a call of the controller failed: \(error)")
      throw WireStatus(error)
    }
  }

  private func apply(_ request: ApplyRequest) async throws(RoostError) -> ApplyReply {
    var reply = ApplyReply()
    reply.refused = try await reconciler.apply(request.desired)
    return reply
  }

  private func consoleLog(_ request: ConsoleLogRequest) async throws(RoostError) -> ConsoleLogReply
  {
    guard try await parts.journal.entry(request.instanceID) != nil else {
      throw RoostError(.notFound, "The instance \(request.instanceID) is not on this node.")
    }
    var reply = ConsoleLogReply()
    reply.output = try await parts.disks.consoleLog(
      request.instanceID, lines: request.lines, limit: Self.consoleLimit)
    return reply
  }

  private func survey() async throws(RoostError) -> SurveyReply {
    var reply = SurveyReply()
    reply.domains = try await parts.hypervisor.domains().map { domain in
      var message = SurveyReply.Domain()
      if let instance = domain.instance { message.instanceID = instance }
      message.name = domain.name
      message.powerState = domain.powerState.rawValue
      if let generation = domain.generation { message.generation = generation }
      return message
    }
    reply.taps = try await parts.network.ports().map { tap in
      var message = SurveyReply.Tap()
      message.name = tap.name
      message.portID = tap.port
      return message
    }
    reply.disks = try await parts.disks.survey().map { file in
      var message = SurveyReply.Disk()
      message.instanceID = file.instance
      message.path = file.path
      return message
    }
    reply.journal = try await reconciler.held()
    return reply
  }
}
