// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol

extension Sample {
  /// Every message of the schema, with every field set.
  static let all: [Sample] =
    registration + resumption + observation + desired + instance + inspection
    + certificates

  private static let heldText = "instance_id: \(idText(7)) \(generationText) target: STOPPED"
  private static let held: Held = made {
    $0.instanceID = id(7)
    $0.generation = generation
    $0.target = .stopped
  }

  private static let inventoryText = """
    cpus: 64 memory_mb: 262144 disk_gb: 5000000000 reserved_memory_mb: 2048
    numa_nodes { id: 1 cpus: 0 cpus: 1 cpus: 300 memory_mb: 131072 }
    hypervisor_type: "QEMU" hypervisor_version: 7002022 virtualization: "qemu"
    virtualization_reason: "no guest runs on KVM" cpu_model: "Haswell"
    traits: "HW_CPU_X86_AVX2" traits: "" architecture: "x86_64" cpu_vendor: "Intel"
    physical_networks: "physnet1"
    """
  private static let numaNode: NumaNode = made {
    $0.id = 1
    $0.cpus = [0, 1, 300]
    $0.memoryMB = 131072
  }
  private static let inventory: Inventory = made {
    $0.cpus = 64
    $0.memoryMB = 262144
    $0.diskGB = 5_000_000_000
    $0.reservedMemoryMB = 2048
    $0.numaNodes = [numaNode]
    $0.hypervisorType = "QEMU"
    $0.hypervisorVersion = 7_002_022
    $0.virtualization = "qemu"
    $0.virtualizationReason = "no guest runs on KVM"
    $0.cpuModel = "Haswell"
    $0.traits = ["HW_CPU_X86_AVX2", ""]
    $0.architecture = "x86_64"
    $0.cpuVendor = "Intel"
    $0.physicalNetworks = ["physnet1"]
  }

  private static let registration: [Sample] = [
    Sample("Held", heldText, held),
    Sample("NumaNode", "id: 1 cpus: [0, 1, 300] memory_mb: 131072", numaNode),
    Sample("Inventory", inventoryText, inventory),
    Sample(
      "RegisterRequest",
      "host_name: \"höst\" agent_version: \"0.1\" inventory { \(inventoryText) } held { \(heldText) }",
      made { (request: inout RegisterRequest) in
        request.hostName = "höst"
        request.agentVersion = "0.1"
        request.inventory = inventory
        request.held = [held]
      }),
    Sample(
      "RegisterReply", "lease_ms: 4294967295",
      made { (reply: inout RegisterReply) in reply.leaseMS = .max }),
    Sample(
      "HeartbeatRequest", "sequence: 18446744073709551615 hypervisor_unavailable: \"gone\"",
      made { (request: inout HeartbeatRequest) in
        request.sequence = .max
        request.hypervisorUnavailable = "gone"
      }),
    Sample(
      "HeartbeatReply", "lease_ms: 15000",
      made { (reply: inout HeartbeatReply) in reply.leaseMS = 15000 }),
    Sample(
      "GrantImageRequest", "image_id: \(idText(9))",
      made { (request: inout GrantImageRequest) in request.imageID = id(9) }),
    Sample(
      "GrantImageReply", "url: \"https://c/i\" sha256: \"ab\" size_bytes: 127",
      made { (reply: inout GrantImageReply) in
        reply.url = "https://c/i"
        reply.sha256 = "ab"
        reply.sizeBytes = 127
      }),
  ]

  private static let observed: Observation = made {
    $0.instanceID = id(255)
    $0.generation = generation
    $0.phase = .failed
    $0.step = "plugPort"
    $0.failure = "no bridge"
    $0.powerState = 4
    $0.machineType = "pc-i440fx-7.2"
    $0.domainName = "instance-1"
  }
  private static let observedText = """
    instance_id: \(idText(255)) \(generationText) phase: FAILED step: "plugPort"
    failure: "no bridge" power_state: 4 machine_type: "pc-i440fx-7.2" domain_name: "instance-1"
    """

  private static let observation: [Sample] = [
    Sample("Observation", observedText, observed),
    Sample(
      "ReportRequest", "observations { \(observedText) } observations { phase: GONE }",
      made { (request: inout ReportRequest) in
        request.observations = [observed, made { $0.phase = .gone }]
      }),
    Sample("ReportReply", "", ReportReply()),
  ]
}
