// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import Invariants
import Store

/// What the controller's database said when it was last looked at, kept so that what a commit has changed
/// can be read alone, and judged with no more than what it has to agree with.
struct StoreImage {
  private var servers: [InstanceID: Instance] = [:]
  private var claims: [InstanceID: [AllocationRecord]] = [:]
  private var desired: [InstanceID: [DesiredStateRecord]] = [:]
  private var ports: [PortID: PortRecord] = [:]
  private var nodes: [NodeID: NodeRecord] = [:]
  private var orphans: [NodeID: [Orphan]] = [:]
  private(set) var closed: Set<NodeID> = []
  private(set) var epoch: UInt64 = 0
  /// How many desired states are not settled.
  private(set) var unsettled = 0

  // The same by what it has to agree with.
  private var claimants: [NodeID: Set<InstanceID>] = [:]
  private var portsOf: [InstanceID: Set<PortID>] = [:]
  private var holders: [Address: Set<PortID>] = [:]

  private struct Address: Hashable {
    let subnet: SubnetID
    let text: String

    init(_ record: AddressRecord) { (subnet, text) = (record.subnet, record.address) }
  }

  var serverCount: Int { servers.count }

  func hasServer(_ id: InstanceID) -> Bool { servers[id] != nil }

  /// Nothing, so far.
  init() {}

  /// All that a reading of everything has.
  init(_ reading: StoreReading) {
    for server in reading.servers { servers[server.id] = server }
    let claims = Dictionary(grouping: reading.records.allocations, by: \.instance)
    for (instance, claims) in claims { set(claims, of: instance) }
    let desired = Dictionary(grouping: reading.records.desired, by: \.instance)
    for (instance, desired) in desired { set(desired, of: instance) }
    for port in reading.records.ports { set(port, port.id) }
    for node in reading.records.nodes { nodes[node.id] = node }
    orphans = Dictionary(grouping: reading.orphans, by: \.node)
    closed = reading.closed
    epoch = reading.epoch
  }

  // MARK: Reading

  /// Reads anew what was touched.
  mutating func read(_ touched: StoreChanges.Touched, _ tx: Transaction) throws(RoostError) {
    for id in touched.instances.sorted() {
      let server = try tx.instance(id)
      servers[id] = server?.isDeleted == true ? nil : server
      set(try tx.claims(of: id).compactMap(AllocationRecord.init), of: id)
      set(try tx.desired(of: id).map(DesiredStateRecord.init), of: id)
    }
    if !touched.ports.isEmpty {
      let subnets = Dictionary(grouping: try tx.subnets(), by: \.id).compactMapValues(\.first)
      for id in touched.ports.sorted() {
        set(try tx.port(id).map { PortRecord($0, in: subnets) }, id)
      }
    }
    for id in touched.nodes.sorted() {
      let node = try tx.node(id)
      let inventories = try tx.inventories(of: id)
      nodes[id] = node.map { NodeRecord($0, inventories) }
      if node?.isEnabled == false { closed.insert(id) } else { closed.remove(id) }
      let left = try tx.orphans(on: id)
      orphans[id] = left.isEmpty ? nil : left
    }
    epoch = try tx.newestGeneration().epoch
  }

  private mutating func set(_ new: [AllocationRecord], of instance: InstanceID) {
    for old in claims[instance] ?? [] { claimants[old.node]?.remove(instance) }
    claims[instance] = new.isEmpty ? nil : new
    for claim in new { claimants[claim.node, default: []].insert(instance) }
  }

  private mutating func set(_ new: [DesiredStateRecord], of instance: InstanceID) {
    unsettled += new.count { !$0.isSettled } - (desired[instance] ?? []).count { !$0.isSettled }
    desired[instance] = new.isEmpty ? nil : new
  }

  private mutating func set(_ new: PortRecord?, _ id: PortID) {
    if let old = ports[id] {
      if let instance = old.instance { portsOf[instance]?.remove(id) }
      for held in old.addresses { holders[Address(held)]?.remove(id) }
    }
    ports[id] = new
    guard let new else { return }
    if let instance = new.instance { portsOf[instance, default: []].insert(id) }
    for held in new.addresses { holders[Address(held), default: []].insert(id) }
  }

  /// Whether both say the same.
  func agrees(with other: Self) -> Bool {
    servers == other.servers && claims == other.claims && desired == other.desired
      && ports == other.ports && nodes == other.nodes && orphans == other.orphans
      && closed == other.closed && epoch == other.epoch
  }

  // MARK: Parts

  /// Everything.
  var whole: StoreReading {
    reading(
      instances: Set(servers.keys).union(claims.keys).union(desired.keys), nodes: Set(nodes.keys),
      ports: Set(ports.keys), orphansOf: Set(orphans.keys))
  }

  /// What was touched, and all that the rules of records compare it with: there a rule finds what it would
  /// find of it in everything.
  func part(_ touched: StoreChanges.Touched) -> StoreReading {
    var ports = touched.ports
    for id in touched.ports {
      for held in self.ports[id]?.addresses ?? [] { ports.formUnion(holders[Address(held)] ?? []) }
    }
    var instances = touched.instances
    for node in touched.nodes { instances.formUnion(claimants[node] ?? []) }
    for port in ports {
      if let instance = self.ports[port]?.instance { instances.insert(instance) }
    }
    for instance in instances { ports.formUnion(portsOf[instance] ?? []) }
    return reading(
      instances: instances, nodes: touched.nodes, ports: ports, orphansOf: touched.nodes)
  }

  private func reading(
    instances: Set<InstanceID>, nodes: Set<NodeID>, ports: Set<PortID>, orphansOf: Set<NodeID>
  ) -> StoreReading {
    let instances = instances.sorted()
    let servers = instances.compactMap { self.servers[$0] }
    return StoreReading(
      records: FleetRecords(
        instances: servers.map(InstanceRecord.init),
        allocations: instances.flatMap { claims[$0] ?? [] },
        ports: ports.sorted().compactMap { self.ports[$0] },
        desired: instances.flatMap { desired[$0] ?? [] },
        nodes: nodes.sorted().compactMap { self.nodes[$0] }),
      servers: servers, closed: closed, orphans: orphansOf.sorted().flatMap { orphans[$0] ?? [] },
      epoch: epoch)
  }
}
