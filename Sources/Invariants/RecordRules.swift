// SPDX-License-Identifier: Apache-2.0

import Base

// Rules that hold at every commit, whatever the nodes are doing.
extension FleetRecords {
  /// What the records alone show to be wrong, in a stable order.
  public func findings() -> [Finding] {
    allocationFindings() + capacityFindings() + desiredFindings() + portFindings()
  }

  private func allocationFindings() -> [Finding] {
    var findings: [Finding] = []
    let places = Dictionary(grouping: instances, by: \.id)
    for claim in allocations where places[claim.instance]?.first?.node != claim.node {
      findings.append(
        Finding(
          .allocationWithoutInstance, node: claim.node, instance: claim.instance,
          "\(claim.amount.resource) \(claim.amount.amount) is claimed on node \(claim.node) for "
            + "instance \(claim.instance), which is not there."))
    }
    let claims = Dictionary(grouping: allocations, by: \.instance)
    for instance in instances {
      guard let node = instance.node else { continue }
      let held = (claims[instance.id] ?? []).filter { $0.node == node }.map(\.amount)
      for need in instance.needs where need.amount > 0 {
        let amounts = held.filter { $0.resource == need.resource }.map(\.amount)
        guard amounts != [need.amount] else { continue }
        findings.append(
          Finding(
            amounts.isEmpty ? .allocationMissing : .allocationDiffers, node: node,
            instance: instance.id,
            "Instance \(instance.id) needs \(need.resource) \(need.amount) of node \(node) and "
              + "claims \(amounts.isEmpty ? "none" : "\(amounts)")."))
      }
    }
    return findings
  }

  private func capacityFindings() -> [Finding] {
    let claims = Dictionary(grouping: allocations, by: \.node)
    var findings: [Finding] = []
    for node in nodes {
      for limit in node.capacities {
        let used = (claims[node.id] ?? []).filter { $0.amount.resource == limit.resource }
          .reduce(Int64(0)) { $0 + $1.amount.amount }
        guard Double(used) > limit.capacity else { continue }
        findings.append(
          Finding(
            .nodeOverCapacity, node: node.id,
            "Node \(node.name) has \(used) \(limit.resource) claimed of \(limit.capacity) it may "
              + "promise."))
      }
    }
    return findings
  }

  private func desiredFindings() -> [Finding] {
    var findings: [Finding] = []
    let places = Dictionary(grouping: instances, by: \.id)
    for wanted in desired
    where !wanted.isAbsent && places[wanted.instance]?.first?.node != wanted.node {
      findings.append(
        Finding(
          .desiredWithoutInstance, node: wanted.node, instance: wanted.instance,
          "Node \(wanted.node) is to have instance \(wanted.instance), which no record puts "
            + "there."))
    }
    let told = Dictionary(grouping: desired, by: \.instance)
    for instance in instances {
      guard let node = instance.node else { continue }
      guard !(told[instance.id] ?? []).contains(where: { $0.node == node }) else { continue }
      findings.append(
        Finding(
          .desiredMissing, node: node, instance: instance.id,
          "Instance \(instance.id) is on node \(node), which was never told."))
    }
    return findings
  }

  private func portFindings() -> [Finding] {
    var findings: [Finding] = []
    let known = Set(instances.map(\.id))
    var holders: [AddressKey: PortID] = [:]
    for port in ports {
      if let instance = port.instance, !known.contains(instance) {
        findings.append(
          Finding(
            .portWithoutInstance, instance: instance,
            "Port \(port.id) belongs to instance \(instance), which does not exist."))
      }
      for held in port.addresses {
        if !held.isInSubnet {
          findings.append(
            Finding(
              .addressOutsideSubnet, instance: port.instance,
              "Port \(port.id) holds \(held.address), which is not in subnet \(held.subnet)."))
        }
        let key = AddressKey(subnet: held.subnet, address: held.address)
        if let other = holders.updateValue(port.id, forKey: key) {
          findings.append(
            Finding(
              .addressTwice, instance: port.instance,
              "Ports \(other) and \(port.id) both hold \(held.address) of subnet \(held.subnet)."
            ))
        }
      }
    }
    return findings
  }

  private struct AddressKey: Hashable {
    let subnet: SubnetID
    let address: String
  }
}
