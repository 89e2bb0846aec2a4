// SPDX-License-Identifier: Apache-2.0

import Base
import FoundationEssentials
import Invariants

func numbered<Tag>(_ number: UInt8) -> Identifier<Tag> {
  Identifier(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number)))
}

/// Two nodes with a running server each, as the records have them and as the nodes say. Nothing is
/// wrong with it until a test breaks it.
struct Fleet {
  var records: FleetRecords
  var surveys: [NodeSurvey]

  static let subnet: SubnetID = numbered(40)

  init() {
    let needs = [Amount("VCPU", 1), Amount("MEMORY_MB", 512)]
    records = FleetRecords()
    surveys = []
    for number in UInt8(1)...2 {
      let (node, instance): (NodeID, InstanceID) = (numbered(number), numbered(10 + number))
      let (port, generation) = (Self.port(number), Generation(epoch: 1, number: UInt64(number)))
      records.instances.append(InstanceRecord(id: instance, node: node, needs: needs))
      records.allocations += needs.map {
        AllocationRecord(instance: instance, node: node, amount: $0)
      }
      records.ports.append(port)
      records.desired.append(
        DesiredStateRecord(
          instance: instance, node: node, generation: generation, isAbsent: false, isSettled: true))
      records.nodes.append(
        NodeRecord(
          id: node, name: "node-\(number)",
          capacities: [.init("VCPU", 4), .init("MEMORY_MB", 1024)]
        ))
      surveys.append(
        NodeSurvey(
          node: node,
          domains: [.init(instance: instance, name: "roost-\(number)", isRunning: true)],
          taps: [.init(name: port.tapName, port: port.id)],
          disks: [.init(instance: instance, path: "/disks/\(number)")],
          journal: [.init(instance: instance, generation: generation)]))
    }
  }

  static func port(_ number: UInt8) -> PortRecord {
    PortRecord(
      id: numbered(20 + number), instance: numbered(10 + number),
      addresses: [AddressRecord(subnet: subnet, address: "10.0.0.\(number)", isInSubnet: true)],
      tapName: "tap-\(number)")
  }

  var findings: [Finding] { records.findings(against: surveys) }
  var kinds: [Finding.Kind] { findings.map(\.kind) }
}
