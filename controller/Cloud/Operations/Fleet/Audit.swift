// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Fleet
public import Invariants
import Log
import NodeProtocol
import Store

/// What an audit found.
public struct AuditReport: Sendable {
  public let findings: [Finding]
  /// Nodes that were asked what they have.
  public let surveyed: [Node]
  /// Nodes that could not be asked, with why.
  public let unreachable: [(node: Node, reason: String)]
  /// What nodes hold that no record knows: not a fault, but an operator's to decide.
  public let orphans: [Orphan]
}

extension Cloud {
  /// Compares the records with each other and with what the connected nodes have right now.
  ///
  /// Nodes go on working between their survey and the reading of the records. So what was found is
  /// looked for a second time, and counts only if it is still there.
  public func audit(for caller: Caller) async throws(RoostError) -> AuditReport {
    try caller.requireAdmin(to: "audit the fleet")
    let first = try await comparison()
    guard !first.findings.isEmpty else { return first }
    let seen = Set(first.findings)
    let second = try await comparison()
    return AuditReport(
      findings: second.findings.filter(seen.contains), surveyed: second.surveyed,
      unreachable: second.unreachable, orphans: second.orphans)
  }

  private func comparison() async throws(RoostError) -> AuditReport {
    let nodes = try await store.read { (tx) throws(RoostError) in try tx.nodes() }
    var surveyed: [Node] = []
    var surveys: [NodeSurvey] = []
    var unreachable: [(node: Node, reason: String)] = []
    for node in nodes {
      do throws(RoostError) {
        surveys.append(NodeSurvey(node.id, try await fleet.survey(node.id)))
        surveyed.append(node)
      } catch {
        log.warning("could not survey the node: \(error)", [.node: node.id])
        unreachable.append((node, error.user))
      }
    }
    let (records, orphans) = try await store.read { (tx) throws(RoostError) in
      (try tx.fleetRecords(), try tx.orphans())
    }
    return AuditReport(
      findings: records.findings(against: surveys), surveyed: surveyed,
      unreachable: unreachable, orphans: orphans)
  }
}

extension NodeSurvey {
  init(_ node: NodeID, _ reply: SurveyReply) {
    self.init(
      node: node,
      domains: reply.domains.map { domain in
        Domain(
          instance: domain.instanceID == .zero ? nil : domain.instanceID, name: domain.name,
          isRunning: domain.powerState == UInt32(PowerState.running.rawValue))
      },
      taps: reply.taps.map { Tap(name: $0.name, port: $0.portID == .zero ? nil : $0.portID) },
      disks: reply.disks.map { disk in
        Disk(instance: disk.instanceID == .zero ? nil : disk.instanceID, path: disk.path)
      },
      journal: reply.journal.map { Held(instance: $0.instanceID, generation: $0.generation) })
  }
}
