// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Doctor
import Hypervisor
import Lanes
import Switch
import Wire

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
    found += certificates(CertificateFiles(configuration, disk: disk, clock: clock))
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

  private func certificates(_ files: CertificateFiles) -> [Diagnosis] {
    let place: CertificateFiles.Place
    do throws(RoostError) {
      place = try files.place()
    } catch {
      return [
        .fail(
          "certificate", error.user,
          do: "Get one with `roost-agent enrol`, or make it with `roostctl ca node`.")
      ]
    }
    let check = CertificateCheck(
      name: "certificate", certificate: place.certificate, key: place.key,
      authority: place.authorities
    ) { subject in if case .node = subject { true } else { false } }
    return check.run(disk, now: clock.now) + renewal(files)
  }

  /// Whether it was renewed when it should have been.
  private func renewal(_ files: CertificateFiles) -> [Diagnosis] {
    guard let material = try? files.material(),
      let leaf = try? CertificateChain(pem: material.certificate).leaf
    else { return [] }
    let due = RenewalRule.due(begins: leaf.begins, expires: leaf.expires, jitter: 0)
    let overdue = RenewalRule.overdue(begins: leaf.begins, expires: leaf.expires)
    return [
      clock.now < overdue
        ? .ok("renewal", "The agent renews the certificate at \(due.iso8601).")
        : .warn(
          "renewal", "The certificate should have been renewed at \(due.iso8601).",
          do: "`systemctl status roost-agent` says why it was not. Where the controller issues no "
            + "certificates, make one with `roostctl ca node`.")
    ]
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
