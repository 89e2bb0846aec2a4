// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol

extension Sample {
  private static let imageText =
    "id: \(idText(3)) disk_format: \"qcow2\" sha256: \"cd\" size_bytes: 128"
  private static let image: Image = made {
    $0.id = id(3)
    $0.diskFormat = "qcow2"
    $0.sha256 = "cd"
    $0.sizeBytes = 128
  }
  private static let addressText =
    "address: \"10.0.0.9\" prefix_length: 24 gateway: \"10.0.0.1\" subnet_id: \(idText(6))"
  private static let address: FixedAddress = made {
    $0.address = "10.0.0.9"
    $0.prefixLength = 24
    $0.gateway = "10.0.0.1"
    $0.subnetID = id(6)
  }
  private static let portText = """
    id: \(idText(4)) mac_address: "fa:16:3e:00:00:01" physical_network: "physnet1" mtu: 1500
    network_id: \(idText(5)) addresses { \(addressText) } dns_servers: "1.1.1.1"
    dns_servers: "9.9.9.9"
    """
  private static let port: Port = made {
    $0.id = id(4)
    $0.macAddress = "fa:16:3e:00:00:01"
    $0.physicalNetwork = "physnet1"
    $0.mtu = 1500
    $0.networkID = id(5)
    $0.addresses = [address]
    $0.dnsServers = ["1.1.1.1", "9.9.9.9"]
  }
  private static let driveText = "files { path: \"a/b\" content: \"\\000\\377{}\" }"
  private static let file: ConfigDrive.File = made {
    $0.path = "a/b"
    $0.content = [0, 255, 0x7B, 0x7D]
  }
  private static let drive: ConfigDrive = made { $0.files = [file] }
  private static let specText = """
    name: "instance-1" host_name: "web" vcpus: 2 memory_mb: 512 root_gb: 1
    image { \(imageText) } ports { \(portText) } config_drive { \(driveText) } paused: true
    start_order: 70 stays_off_after_reboot: true
    """
  private static let spec: InstanceSpec = made {
    $0.name = "instance-1"
    $0.hostName = "web"
    $0.vcpus = 2
    $0.memoryMB = 512
    $0.rootGB = 1
    $0.image = image
    $0.ports = [port]
    $0.configDrive = drive
    $0.paused = true
    $0.startOrder = 70
    $0.staysOffAfterReboot = true
  }

  static let instance: [Sample] = [
    Sample("Image", imageText, image),
    Sample("FixedAddress", addressText, address),
    Sample("Port", portText, port),
    Sample("ConfigDrive.File", "path: \"a/b\" content: \"\\000\\377{}\"", file),
    Sample("ConfigDrive", driveText, drive),
    Sample("InstanceSpec", specText, spec),
  ]

  private static let desiredText =
    "instance_id: \(idText(1)) \(generationText) target: RUNNING spec { \(specText) } "
    + "launched: true"
  private static let wanted: Desired = made {
    $0.instanceID = id(1)
    $0.generation = generation
    $0.target = .running
    $0.spec = spec
    $0.launched = true
  }
  private static let refusalText =
    "instance_id: \(idText(1)) reason: \"stale\" held { epoch: 2 number: 1099511627776 }"
  private static let refusal: Refusal = made {
    $0.instanceID = id(1)
    $0.reason = "stale"
    $0.held = generation
  }

  static let desired: [Sample] = [
    Sample("Desired", desiredText, wanted),
    Sample("Refusal", refusalText, refusal),
    Sample(
      "ApplyRequest", "desired { \(desiredText) } desired { target: ABSENT }",
      made { (request: inout ApplyRequest) in
        request.desired = [wanted, made { $0.target = .absent }]
      }),
    Sample(
      "ApplyReply", "refused { \(refusalText) }",
      made { (reply: inout ApplyReply) in reply.refused = [refusal] }),
  ]
}
