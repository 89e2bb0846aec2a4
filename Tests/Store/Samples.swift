// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Store
import TestSupport

let noon = Timestamp(microseconds: 1_767_268_800_000_000)

func later(_ seconds: Int) -> Timestamp { noon + .seconds(seconds) }

/// A value of every record, with no field left at what a new one would have.
enum Samples {
  static let project = Project(
    id: numbered(1), name: "demo", description: "A project.", isEnabled: false,
    tokensValidFrom: later(1), createdAt: noon)

  static let user = User(
    id: numbered(2), name: "ada", email: "ada@example.org", description: "Somebody.",
    isEnabled: false, defaultProject: numbered(1), tokensValidFrom: later(2), createdAt: noon)

  static let role = Role(id: numbered(3), name: "member", description: "May write.")

  static let flavor = Flavor(
    id: "f1", name: "small", description: "A flavor.",
    size: FlavorSize(vcpus: 2, memoryMB: 1024, rootGB: 10, ephemeralGB: 1, swapMB: 512),
    rxtxFactor: 1.5, isPublic: false,
    extraSpecs: [Property("a", "1"), Property("ü \"quoted\"", "\n")], createdAt: noon,
    updatedAt: later(3))

  static let image = Image(
    id: numbered(4), owner: numbered(1), name: "debian", status: .active, visibility: .community,
    isProtected: true, isHidden: true, diskFormat: "qcow2", containerFormat: "bare", minDiskGB: 2,
    minMemoryMB: 128,
    content: ImageContent(size: 10, virtualSize: 1 << 40, md5: "m", sha256: "s", sha512: "l"),
    tags: ["b", "a"], properties: [Property("os_type", "linux")], createdAt: noon,
    updatedAt: later(4))

  static let keyPair = KeyPair(
    id: 1, user: numbered(2), name: "laptop", type: "ssh", publicKey: "ssh-ed25519 AAAA",
    fingerprint: "aa:bb", createdAt: noon)

  static let network = Network(
    id: numbered(5), project: numbered(1), name: "net", description: "A network.",
    isAdminUp: false, isShared: true, physicalNetwork: "physnet1", mtu: 9000, createdAt: noon,
    updatedAt: later(5))

  static func subnet() throws -> Subnet {
    Subnet(
      id: numbered(6), network: numbered(5), project: numbered(1), name: "sub",
      description: "A subnet.", cidr: try cidr("fd00::/64"), gateway: try address("fd00::1"),
      allocationPools: [
        AddressRange(try address("fd00::10"), try address("fd00::20")),
        AddressRange(try address("fd00::30"), try address("fd00::40")),
      ], dnsServers: ["fd00::53"],
      hostRoutes: [
        HostRoute(destination: try cidr("fd01::/64"), nextHop: try address("fd00::2"))
      ], isDHCPEnabled: false, createdAt: noon, updatedAt: later(6))
  }

  static func port(_ number: UInt8 = 7, address text: String = "fd00::10") throws -> Port {
    Port(
      id: numbered(number), network: numbered(5), project: numbered(1), name: "port",
      description: "A port.", macAddress: try mac("fa:16:3e:00:00:0\(number)"), isAdminUp: false,
      status: .error, deviceID: "device", deviceOwner: "compute:nova", instance: nil, node: nil,
      position: 3, isOwnedByInstance: true,
      addresses: [FixedAddress(subnet: numbered(6), address: try address(text))], createdAt: noon,
      updatedAt: later(7))
  }

  static let inventory = NodeInventory(
    cpus: 8, memoryMB: 4096, diskGB: 50, reservedMemoryMB: 512, hypervisorType: "QEMU",
    hypervisorVersion: 7_002_000, virtualization: "kvm", virtualizationReason: "a guest ran on it",
    cpuModel: "Skylake", cpuVendor: "Intel", architecture: "x86_64", traits: ["HW_CPU_X86_AVX"],
    physicalNetworks: ["physnet1", "physnet2"])

  static var instance: Instance {
    var flavor = flavor
    flavor.updatedAt = nil
    var instance = Instance(
      id: numbered(8), project: numbered(1), user: numbered(2), name: "web", description: "",
      hostName: "web", flavor: flavor, image: numbered(4),
      imageProperties: [Property("os_type", "linux")], keyName: "laptop",
      metadata: [Property("role", "web")], userData: "AAAA", hasConfigDrive: true,
      requestedZone: "nova", reservationID: "r-12345678", launchIndex: 2, createdAt: noon)
    instance.node = numbered(9)
    instance.vmState = .error
    instance.taskState = .deleting
    instance.powerState = .crashed
    instance.progress = 100
    instance.fault = Fault(code: 500, message: "no", details: "really", createdAt: later(8))
    instance.domainName = "roost-8"
    instance.machineType = "pc"
    instance.updatedAt = later(9)
    instance.launchedAt = later(10)
    instance.terminatedAt = later(11)
    return instance
  }

  static func address(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw RoostError(.badRequest, text) }
    return address
  }

  private static func cidr(_ text: String) throws -> CIDR {
    guard let cidr = CIDR(text) else { throw RoostError(.badRequest, text) }
    return cidr
  }

  private static func mac(_ text: String) throws -> MACAddress {
    guard let mac = MACAddress(text) else { throw RoostError(.badRequest, text) }
    return mac
  }
}

extension Store {
  /// A store with a node, a server on it, a network with a subnet and a port.
  func furnish() async throws {
    let (subnet, port) = (try Samples.subnet(), try Samples.port())
    try await write { tx throws(RoostError) in
      try tx.insert(Samples.project)
      try tx.insert(Samples.user, passwordHash: Secret("hash"))
      try tx.insert(Samples.role, at: noon)
      try tx.register(
        numbered(9), hostName: "node-1", address: "192.0.2.9", agentVersion: "0.1.0",
        inventory: Samples.inventory, zone: "nova", at: noon)
      try tx.insert(Samples.instance, placement: "the only host")
      try tx.insert(Samples.network)
      try tx.insert(subnet)
      try tx.insert(port)
    }
  }

  /// Runs a body that may expect things inside a transaction.
  func inside(_ body: @escaping @Sendable (Transaction) throws -> Void) async throws {
    let outcome = try await write { tx throws(RoostError) in Result { try body(tx) } }
    try outcome.get()
  }

  /// What a write threw, nil if it went well.
  func refusal(
    of body: @escaping @Sendable (Transaction) throws(RoostError) -> Void
  ) async -> RoostError.Kind? {
    do throws(RoostError) {
      try await write(body)
      return nil
    } catch {
      return error.kind
    }
  }
}
