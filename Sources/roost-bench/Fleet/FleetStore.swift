// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import NodeProtocol
import StateDigest
import Store

/// Furnishes a controller's store with a fleet that has run for a while: nodes, and guests that were
/// made, placed, told and reported as running. It goes through the store's own queries, as the
/// operations behind the API do, many guests to a commit; the API itself would look at every host for
/// every guest.
struct FleetStore {
  let plan: FleetPlan
  private let clock = SystemClock()
  /// Servers of a project; the first ones are the admin's.
  private static let projectSize = 300
  private static let nodesPerCommit = 40

  /// Fills the store at `path`, which `roost-controller init` has made.
  func fill(_ path: String, _ progress: (String) -> Void) async throws(RoostError) {
    let store = try Store.open(path)
    defer { store.close() }
    let now = clock.now
    let (admin, user) = try await store.read { (tx) throws(RoostError) in
      (try tx.projects().first { $0.name == "admin" }?.id, try tx.users().first?.id)
    }
    guard let admin, let user else {
      throw RoostError(.notFound, "\(path) has no admin; it was not made by init.")
    }
    let owners = [admin] + (1...max(1, plan.options.guests / Self.projectSize)).map(Self.project)
    try await store.write { (tx) throws(RoostError) in
      for (place, id) in owners.dropFirst().enumerated() {
        try tx.insert(
          Project(
            id: id, name: "tenant-\(place)", description: "", isEnabled: true,
            tokensValidFrom: now, createdAt: now))
      }
      try Self.furnish(tx, admin, now)
    }
    let plan = plan
    for first in stride(from: 0, to: plan.options.agents, by: Self.nodesPerCommit) {
      let last = min(first + Self.nodesPerCommit, plan.options.agents)
      try await store.write { (tx) throws(RoostError) in
        for index in first..<last {
          let node = plan.node(index)
          try Self.add(node, to: tx, now)
          for guest in node.guests {
            let owner = owners[(guest.number - 1) / Self.projectSize % owners.count]
            try Self.add(guest, of: plan, on: node, owner, user, to: tx, now)
          }
        }
      }
      if first % 1000 == 0, first > 0 { progress("\(first) nodes are in the store") }
    }
  }

  private static func project(_ number: Int) -> ProjectID {
    .random(from: SeededRandomness(seed: UInt64(number) &+ 0x9999))
  }

  private static var flavor: Flavor {
    Flavor(
      id: "1", name: "small", description: nil,
      size: FlavorSize(
        vcpus: Int64(FleetPlan.vcpus), memoryMB: Int64(FleetPlan.memoryMB),
        rootGB: Int64(FleetPlan.rootGB), ephemeralGB: 0, swapMB: 0), rxtxFactor: 1,
      isPublic: true, extraSpecs: [], createdAt: Timestamp(microseconds: 0), updatedAt: nil)
  }

  private static func furnish(_ tx: Transaction, _ admin: ProjectID, _ now: Timestamp)
    throws(RoostError)
  {
    try tx.insert(flavor)
    try tx.insert(
      CloudModel.Image(
        id: FleetPlan.image, owner: admin, name: "image", status: .active, visibility: .public,
        isProtected: false, isHidden: false, diskFormat: "raw", containerFormat: "bare",
        minDiskGB: 0, minMemoryMB: 0,
        content: ImageContent(
          size: Int64(FleetPlan.imageBytes), virtualSize: Int64(FleetPlan.imageBytes), md5: "",
          sha256: FleetPlan.imageHash, sha512: ""), tags: [], properties: [], createdAt: now,
        updatedAt: now))
    try tx.insert(
      Network(
        id: FleetPlan.network, project: admin, name: "flat", description: "", isAdminUp: true,
        isShared: true, physicalNetwork: FleetPlan.physicalNetwork, mtu: 1500, createdAt: now,
        updatedAt: now))
    guard let block = CIDR("10.0.0.0/8") else { return }
    try tx.insert(
      Subnet(
        id: FleetPlan.subnet, network: FleetPlan.network, project: admin, name: "", description: "",
        cidr: block, gateway: nil, allocationPools: [], dnsServers: [], hostRoutes: [],
        isDHCPEnabled: false, createdAt: now, updatedAt: now))
  }

  private static func add(_ node: FleetPlan.Node, to tx: Transaction, _ now: Timestamp)
    throws(RoostError)
  {
    try tx.register(
      node.id, hostName: node.name, address: "127.0.0.1", agentVersion: Release.version,
      inventory: NodeInventory(
        cpus: 64, memoryMB: 262_144, diskGB: 1024, reservedMemoryMB: 512, hypervisorType: "QEMU",
        hypervisorVersion: 7_002_000, virtualization: "kvm", virtualizationReason: "",
        cpuModel: "", cpuVendor: "", architecture: "x86_64", traits: [],
        physicalNetworks: [FleetPlan.physicalNetwork]), zone: "nova", at: now)
    for (resource, total) in [("VCPU", 64), ("MEMORY_MB", 262_144), ("DISK_GB", 1024)] {
      try tx.setInventory(
        StoredInventory(
          node: node.id, resource: resource, total: Int64(total), reserved: 0, allocationRatio: 4,
          minUnit: 1, maxUnit: Int64(total), stepSize: 1))
    }
  }

  private static func add(
    _ guest: FleetPlan.Guest, of plan: FleetPlan, on node: FleetPlan.Node, _ owner: ProjectID,
    _ user: UserID, to tx: Transaction, _ now: Timestamp
  ) throws(RoostError) {
    let name = "guest-\(guest.number)"
    var instance = Instance(
      id: guest.instance, project: owner, user: user, name: name, description: nil,
      hostName: name, flavor: flavor, image: FleetPlan.image, imageProperties: [], keyName: nil,
      metadata: [], userData: nil, hasConfigDrive: true, requestedZone: nil,
      reservationID: "r-00000000", launchIndex: 0, createdAt: now)
    instance.node = node.id
    instance.vmState = .active
    instance.taskState = nil
    instance.powerState = .running
    instance.progress = 100
    instance.launchedAt = now
    instance.domainName = FleetPlan.report(of: guest).domainName
    instance.machineType = FleetPlan.report(of: guest).machineType
    try tx.insert(instance, placement: nil)
    for (resource, amount) in [
      ("VCPU", FleetPlan.vcpus), ("MEMORY_MB", FleetPlan.memoryMB), ("DISK_GB", FleetPlan.rootGB),
    ] {
      try tx.claim(resource, Int64(amount), on: node.id, for: guest.instance)
    }
    guard let mac = MACAddress(FleetPlan.macAddress(of: guest)) else { return }
    let address = IPAddress(.v4, UInt128(10 << 24 | guest.number + 1))
    try tx.insert(
      CloudModel.Port(
        id: guest.port, network: FleetPlan.network, project: owner, name: "", description: "",
        macAddress: mac, isAdminUp: true, status: .active, deviceID: "\(guest.instance)",
        deviceOwner: "compute:nova", instance: guest.instance, node: node.id, position: 0,
        isOwnedByInstance: true,
        addresses: [CloudModel.FixedAddress(subnet: FleetPlan.subnet, address: address)],
        createdAt: now, updatedAt: now))
    let generation = try tx.nextGeneration()
    guard generation == guest.generation else {
      throw RoostError(.conflict, "The store has handed out generations before.")
    }
    try tx.set(
      DesiredRecord(
        instance: guest.instance, node: node.id, generation: generation, target: .running,
        isSettled: true), spec: plan.specification(of: guest).encoded)
    try tx.setReported(
      EntryDigest(FleetPlan.report(of: guest)).bytes, of: guest.instance, on: node.id)
  }
}
