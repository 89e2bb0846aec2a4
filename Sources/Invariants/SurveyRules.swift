// SPDX-License-Identifier: Apache-2.0

import Base

// Rules between the records and what nodes really have. What a node was told but has not settled
// may be half there: only what no record explains counts against it.
extension FleetRecords {
  /// What records and surveys together show to be wrong, in a stable order. Nodes without a survey
  /// are not judged.
  public func findings(against surveys: [NodeSurvey]) -> [Finding] {
    let surveys = surveys.sorted { $0.node < $1.node }
    let portsOf = Dictionary(grouping: ports, by: \.instance)
    var findings = self.findings()
    for survey in surveys {
      let told = desired.filter { $0.node == survey.node }
      findings += extraFindings(survey, told: told)
      for wanted in told where wanted.isSettled && !wanted.isAbsent {
        let taps = (portsOf[wanted.instance] ?? []).map(\.tapName)
        findings += missingFindings(survey, wanted: wanted, taps: taps)
      }
    }
    return findings + twiceRunningFindings(surveys)
  }

  private func extraFindings(_ survey: NodeSurvey, told: [DesiredStateRecord]) -> [Finding] {
    let node = survey.node
    let known = Set(told.map(\.instance))
    let taps = Set(ports.filter { $0.instance.map(known.contains) ?? false }.map(\.tapName))
    // A revoked instance's ports may leave the store before its taps leave the node.
    let isRevoking = told.contains { $0.isAbsent }
    var findings: [Finding] = []
    for domain in survey.domains {
      guard let instance = domain.instance, !known.contains(instance) else { continue }
      findings.append(
        Finding(
          .domainWithoutRecord, node: node, instance: instance,
          "Domain \(domain.name) on node \(node) belongs to instance \(instance), which no "
            + "record puts there."))
    }
    for tap in survey.taps where !taps.contains(tap.name) && !(isRevoking && tap.port != nil) {
      findings.append(
        Finding(
          .tapWithoutRecord, node: node,
          "Tap \(tap.name) on node \(node) belongs to no port of an instance there."))
    }
    for disk in survey.disks where !(disk.instance.map(known.contains) ?? false) {
      findings.append(
        Finding(
          .diskWithoutRecord, node: node, instance: disk.instance,
          "Disk \(disk.path) on node \(node) belongs to no instance there."))
    }
    for entry in survey.journal where !known.contains(entry.instance) {
      findings.append(
        Finding(
          .journalWithoutRecord, node: node, instance: entry.instance,
          "The journal of node \(node) holds instance \(entry.instance) at generation "
            + "\(entry.generation), which no record puts there."))
    }
    return findings
  }

  private func missingFindings(
    _ survey: NodeSurvey, wanted: DesiredStateRecord, taps: [String]
  ) -> [Finding] {
    let (node, instance) = (survey.node, wanted.instance)
    var findings: [Finding] = []
    if !survey.domains.contains(where: { $0.instance == instance }) {
      findings.append(
        Finding(
          .domainMissing, node: node, instance: instance,
          "Instance \(instance) has no domain on node \(node)."))
    }
    for tap in taps where !survey.taps.contains(where: { $0.name == tap }) {
      findings.append(
        Finding(
          .tapMissing, node: node, instance: instance,
          "Instance \(instance) has no tap \(tap) on node \(node)."))
    }
    if !survey.disks.contains(where: { $0.instance == instance }) {
      findings.append(
        Finding(
          .diskMissing, node: node, instance: instance,
          "Instance \(instance) has no disk on node \(node)."))
    }
    let held = survey.journal.first { $0.instance == instance }?.generation
    if held != wanted.generation {
      findings.append(
        Finding(
          .journalMissing, node: node, instance: instance,
          "Node \(node) settled instance \(instance) at generation \(wanted.generation), but its "
            + "journal holds \(held.map(\.description) ?? "nothing")."))
    }
    return findings
  }

  private func twiceRunningFindings(_ surveys: [NodeSurvey]) -> [Finding] {
    var runsOn: [InstanceID: NodeID] = [:]
    var findings: [Finding] = []
    for survey in surveys {
      for domain in survey.domains where domain.isRunning {
        guard let instance = domain.instance else { continue }
        guard let other = runsOn.updateValue(survey.node, forKey: instance) else { continue }
        findings.append(
          Finding(
            .domainRunsTwice, node: survey.node, instance: instance,
            "Instance \(instance) runs on node \(other) and on node \(survey.node)."))
      }
    }
    return findings
  }
}
