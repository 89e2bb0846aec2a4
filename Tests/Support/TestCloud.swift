// SPDX-License-Identifier: Apache-2.0

public import Base
public import Cloud
import CloudModel
import ControllerDaemon
import Crypto
public import Fleet
import Lanes
public import Log
public import NodeProtocol
public import Scratch
public import Store
public import Wire

/// A whole controller without sockets: a store in a folder of its own, a fleet on a network in
/// memory, services with a clock and chance that a test governs.
public final class TestCloud: Sendable {
  /// Where the fleet listens.
  static let address = "controller"

  public let clock: TestClock
  public let randomness: SeededRandomness
  public let logged: CapturingSink
  public let folder: TemporaryFolder
  public let store: Store
  let core: ControllerCore
  private let exchange: LoopbackNetwork.Exchange
  private let serving: Task<Void, Never>

  /// Bytes in one image at most.
  public static let imageSizeLimit: Int64 = 1 << 20

  /// A controller that nobody has used; no user is in its store.
  ///
  /// - Parameters:
  ///   - folder: one that an earlier controller has left, for what a restart finds.
  ///   - disk: where images' bytes go.
  ///   - issues: whether it issues certificates.
  public init(
    in folder: TemporaryFolder? = nil, clock: TestClock = TestClock(), seed: UInt64 = 1,
    disk: any Disk = SystemDisk(), issues: Bool = true
  ) throws(RoostError) {
    let isNew = folder == nil
    let folder = if let folder { folder } else { try TemporaryFolder() }
    let randomness = SeededRandomness(seed: seed)
    let logged = CapturingSink()
    let log = Logger(logged, threshold: .debug)
    let store = try Store.open(folder.file("controller.db"))
    let box = try SealedBox(key: Secret([UInt8](repeating: 7, count: SealedBox.keySize)))
    let authority = try TestAuthority(in: folder, clock: clock, randomness: randomness)
    let core = ControllerCore(
      ControllerCore.Surroundings(
        store: store, disk: disk, clock: clock, randomness: randomness,
        passwords: try PasswordHash(lanes: [InlineLane()]), imageLane: { _ in InlineLane() },
        tokenSeal: box, grantSeal: box,
        enrolmentHash: try KeyedHash(key: Secret([UInt8](repeating: 8, count: 32))),
        issuer: issues ? authority.issuer : nil, log: log),
      ControllerCore.Settings(
        images: .init(folder: folder.file("images"), sizeLimit: Self.imageSizeLimit),
        // Time stands still in most tests; nobody may have to wait for a turn.
        turns: Turns.Terms(burst: 1 << 32), cloud: .init(apiURL: "http://controller:8770")))
    (self.folder, self.clock, self.randomness, self.logged) = (folder, clock, randomness, logged)
    (self.store, self.core) = (store, core)
    exchange = try LoopbackNetwork.Exchange()
    let network = LoopbackNetwork(
      exchange, as: PeerIdentity(role: .controller, node: nil), clock: clock)
    serving = Task {
      // Nobody waits for this. In a new cloud, where nothing can be left, it would take a test's upload for
      // what an earlier run has left.
      if !isNew { try? await core.recover() }
      try? await core.serveAgents(on: network, address: Self.address)
    }
  }

  public var fleet: Fleet { core.fleet }
  public var images: ImageService { core.images }
  public var identity: IdentityService { core.identity }
  public var cloud: Cloud { core.cloud }

  deinit {
    serving.cancel()
    store.close()
  }

  /// Ends this controller as a stop does and makes the next one on what it left.
  public func restarted() async throws(RoostError) -> TestCloud {
    serving.cancel()
    await serving.value
    store.close()
    return try TestCloud(in: folder, clock: clock, seed: 2)
  }

  /// A node that isn't connected.
  ///
  /// - Parameters:
  ///   - identity: whom its certificate names; the node itself unless given.
  ///   - address: where it dials from.
  public func makeNode(
    _ name: String = "node-1", id: NodeID? = nil, cpus: UInt32 = 4, memoryMB: UInt64 = 8192,
    diskGB: UInt64 = 100, physicalNetworks: [String] = ["physnet1"],
    identity: PeerIdentity? = nil, address: String? = "192.0.2.1"
  ) -> TestNode {
    let id = id ?? .random(from: randomness)
    var request = RegisterRequest()
    request.hostName = name
    request.agentVersion = "0.1.0"
    request.inventory.cpus = cpus
    request.inventory.memoryMB = memoryMB
    request.inventory.diskGB = diskGB
    request.inventory.hypervisorType = "QEMU"
    request.inventory.hypervisorVersion = 7_002_000
    request.inventory.virtualization = "qemu"
    request.inventory.architecture = "x86_64"
    request.inventory.physicalNetworks = physicalNetworks
    return TestNode(
      id, registering: request,
      on: LoopbackNetwork(
        exchange, as: identity ?? PeerIdentity(role: .node, node: id), at: address,
        clock: clock),
      Self.address)
  }

  /// Calls the controller once, on a connection of its own.
  ///
  /// - Parameter identity: whom the caller's certificate names.
  public func call<Method: RemoteMethod>(
    _ method: Method.Type, _ request: Method.Request, as identity: PeerIdentity = .anonymous,
    from address: String? = "192.0.2.9"
  ) async throws -> Method.Reply {
    let network = LoopbackNetwork(exchange, as: identity, at: address, clock: clock)
    let peer = try await network.dialWhenListening(Self.address, service: ServiceTable())
    do throws(WireStatus) {
      let reply = try await peer.call(method, request, timeout: .seconds(30))
      await peer.close(reason: "done")
      return reply
    } catch {
      await peer.close(reason: "done")
      throw error
    }
  }

  /// Ends a node's connection and returns once the controller knows.
  public func disconnect(_ node: TestNode) async {
    await node.disconnect()
    while await fleet.connected.contains(node.id) { await Task.yield() }
  }

  /// A node that is connected and has registered.
  public func addNode(
    _ name: String = "node-1", id: NodeID? = nil, cpus: UInt32 = 4, memoryMB: UInt64 = 8192,
    diskGB: UInt64 = 100, physicalNetworks: [String] = ["physnet1"]
  ) async throws -> TestNode {
    let node = makeNode(
      name, id: id, cpus: cpus, memoryMB: memoryMB, diskGB: diskGB,
      physicalNetworks: physicalNetworks)
    try await node.connect()
    try await node.register()
    return node
  }
}
