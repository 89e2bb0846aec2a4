// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Doctor
import Hypervisor
import Lanes
import Switch

/// `roost-agent doctor`: looks at everything that a node needs. Changes nothing.
struct AgentDoctor {
  let file: String
  let disk: any Disk
  let clock: any Clock

  /// Looks at the configuration, and then at all that it names.
  func run() async -> Examination {
    let configuration: AgentConfiguration
    do throws(RoostError) {
      configuration = try AgentConfiguration(file: file, disk: disk)
    } catch {
      return Examination([
        .fail("configuration", error.user, do: "Correct it; `--check` reads it again.")
      ])
    }
    var found: [Diagnosis] = [.ok("configuration", "\(file) is right.")]
    found += certificates(configuration)
    found.append(ReachCheck(name: "controller", address: configuration.controllerAddress).run())
    found += KernelCheck(disk).run()
    let folder = configuration.stateFolder
    found.append(FolderCheck(name: "state folder", folder: folder, forbidden: 0o022).run())
    found.append(SpaceCheck(name: "space", folder: folder).run(disk))
    found.append(FlushCheck(name: "flush", folder: folder).run(disk, clock: clock))
    found.append(ClockCheck().run())
    found.append(await virtualization(configuration))
    found.append(LibvirtCheck(uri: configuration.libvirtURI).run())
    let limits = (try? disk.read(LibvirtLimitsCheck.file, limit: 1 << 20)).flatMap { $0 }
    found.append(
      LibvirtLimitsCheck(configuration: limits.map { String(decoding: $0, as: UTF8.self) }).run())
    found += bridges(configuration)
    return Examination(found)
  }

  private func certificates(_ configuration: AgentConfiguration) -> [Diagnosis] {
    CertificateCheck(
      name: "certificate", certificate: configuration.certificate, key: configuration.key,
      authority: configuration.ca
    ) { subject in if case .node = subject { true } else { false } }
    .run(disk, now: clock.now)
  }

  private func virtualization(_ configuration: AgentConfiguration) async -> Diagnosis {
    let check = VirtualizationCheck(choice: configuration.virtualization)
    if configuration.virtualization == .qemu {
      return check.judge(Virtualization(.qemu, reason: "the configuration asks for it"))
    }
    let probe = VirtualizationProbe(folder: configuration.stateFolder, disk: disk, clock: clock)
    return check.judge(await probe.run(on: InlineLane()))
  }

  /// Bridges in a namespace of their own can't be seen from here.
  private func bridges(_ configuration: AgentConfiguration) -> [Diagnosis] {
    guard configuration.networkNamespace == nil else { return [] }
    return configuration.physicalNetworks.map { network in
      BridgeCheck(network: network.name, bridge: network.bridge, isMade: network.create)
        .judge(exists: (try? disk.exists("/sys/class/net/\(network.bridge)/bridge")) ?? false)
    }
  }
}
