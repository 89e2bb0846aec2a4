// SPDX-License-Identifier: Apache-2.0

public import Base

/// Chooses hosts as Nova's scheduler does, in a time that does not grow with the fleet.
///
/// One writer: whoever holds the value decides and takes in one step, so that two requests can't take the
/// same place. Hosts are ranked by all of them, not by a first few; of equals the one that was set first
/// is taken.
public struct Scheduler: Sendable {
  /// How hosts are chosen.
  public let configuration: SchedulerConfiguration
  /// How many decisions there were.
  public private(set) var decisions = 0

  /// By slot; a slot whose host was removed is nil and not used again. What is claimed is in `numbers`.
  private(set) var hosts: [Host?] = []
  private(set) var kinds: [UInt32] = []
  private(set) var numbers: [HostNumbers] = []
  private var slots: [NodeID: UInt32] = [:]
  private var slotsByName: [String: [UInt32]] = [:]
  var classes = HostClasses()
  var columns = ClassColumns()
  var tree: HostTree
  var groups = GroupMembers()
  private var claims: [InstanceID: Claim] = [:]
  var shapes = ShapeCache()

  private struct Claim: Sendable {
    let node: NodeID
    let resources: [ResourceAmount]
    let group: ServerGroupID?
  }

  /// A scheduler without hosts.
  public init(_ configuration: SchedulerConfiguration = SchedulerConfiguration()) {
    self.configuration = configuration
    tree = HostTree(multipliers: configuration.multipliers(in: []))
  }

  /// How many hosts there are.
  public var count: Int { slots.count }

  /// A host as it is now, with what was claimed since it was set.
  public func host(_ node: NodeID) -> Host? {
    guard let slot = slots[node], var host = hosts[Int(slot)] else { return nil }
    let now = numbers[Int(slot)]
    for index in host.inventories.indices {
      guard let column = columns.column(of: host.inventories[index].resource) else { continue }
      host.inventories[index].used = now.used(column)
    }
    host.instances = Int(now.instances)
    return host
  }

  func slot(of node: NodeID) -> UInt32? { slots[node] }

  /// The hosts of a name, in the order in which they were set first.
  func slots(named name: String) -> [UInt32] { slotsByName[name] ?? [] }

  /// Adds a host, or says what is to be thought of one from now on. What its inventories say of use counts,
  /// not what was claimed before.
  public mutating func set(_ host: Host) {
    for inventory in host.inventories { columns.add(inventory.resource) }
    let kind = classes.number(of: HostClass(host, configuration))
    let own = HostNumbers(host, columns)
    let old = slots[host.id]
    let slot = old ?? UInt32(hosts.count)
    if let old {
      if kinds[Int(old)] != kind { classes.remove(old, from: kinds[Int(old)]) }
    } else {
      slots[host.id] = slot
      hosts.append(nil)
      kinds.append(kind)
      numbers.append(own)
    }
    name(slot, host.name, before: hosts[Int(slot)]?.name)
    if old == nil || kinds[Int(slot)] != kind { classes.add(slot, to: kind, own.room) }
    hosts[Int(slot)] = host
    kinds[Int(slot)] = kind
    numbers[Int(slot)] = own
    index(slot)
  }

  /// Takes a host away, with what was claimed on it.
  public mutating func remove(_ node: NodeID) {
    guard let slot = slots.removeValue(forKey: node) else { return }
    classes.remove(slot, from: kinds[Int(slot)])
    name(slot, nil, before: hosts[Int(slot)]?.name)
    tree.remove(slot)
    hosts[Int(slot)] = nil
  }

  private mutating func name(_ slot: UInt32, _ name: String?, before: String?) {
    guard name != before else { return }
    if let before {
      slotsByName[before]?.removeAll { $0 == slot }
      if slotsByName[before]?.isEmpty == true { slotsByName[before] = nil }
    }
    if let name {
      slotsByName[name, default: []].append(slot)
      slotsByName[name]?.sort()
    }
  }

  /// Decides where a server goes and takes the place for it. What the same instance had is given back first.
  public mutating func claim(_ request: PlacementRequest, for instance: InstanceID) -> Decision {
    release(instance)
    let decision = decide(request)
    if let node = decision.node {
      change(node, request.shape.resources, request.group?.id, by: 1)
      claims[instance] = Claim(
        node: node, resources: request.shape.resources, group: request.group?.id)
    }
    return decision
  }

  /// Gives back what an instance has claimed.
  public mutating func release(_ instance: InstanceID) {
    guard let claim = claims.removeValue(forKey: instance) else { return }
    change(claim.node, claim.resources, claim.group, by: -1)
  }

  private mutating func change(
    _ node: NodeID, _ resources: [ResourceAmount], _ group: ServerGroupID?, by sign: Int64
  ) {
    guard let slot = slots[node] else { return }
    for amount in resources {
      if let column = columns.column(of: amount.resource) {
        numbers[Int(slot)].use(Double(sign * amount.amount), column)
      } else {
        hosts[Int(slot)]?.use(amount, sign)
      }
    }
    numbers[Int(slot)].addInstances(Double(sign))
    if let group {
      if sign > 0 { groups.add(group, on: slot) } else { groups.remove(group, from: slot) }
    }
    index(slot)
  }

  /// Lets the tree, and whoever counts, know what a host is like now.
  private mutating func index(_ slot: UInt32) {
    let vector = numbers[Int(slot)].vector
    classes.change(slot, of: kinds[Int(slot)], vector.room)
    tree.set(HostEntry(slot: slot, kind: kinds[Int(slot)], vector: vector))
  }

  /// How much of a class that has no column a host may still promise.
  func oddRoom(_ slot: UInt32, _ resource: ResourceClass) -> Double {
    hosts[Int(slot)]?.inventory(of: resource)?.room ?? -.infinity
  }

  mutating func countDecision() { decisions += 1 }
}

extension Host {
  /// Counts an amount as used, or with −1 as used no more.
  fileprivate mutating func use(_ amount: ResourceAmount, _ sign: Int64) {
    for index in inventories.indices where inventories[index].resource == amount.resource {
      inventories[index].used += sign * amount.amount
    }
  }
}
