// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Database
import Doctor
import Store

/// `roost-controller doctor`: looks at everything that a controller needs, beside one that runs or
/// without one. Changes nothing.
struct ControllerDoctor {
  let file: String
  let disk: any Disk
  let clock: any Clock

  private static let program = "roost-controller"

  /// Looks at the configuration, and then at all that it names.
  func run() -> Examination {
    let configuration: ControllerConfiguration
    do throws(RoostError) {
      configuration = try ControllerConfiguration(file: file, disk: disk)
    } catch {
      return Examination([
        .fail("configuration", error.user, do: "Correct it; `--check` reads it again.")
      ])
    }
    var found: [Diagnosis] = [.ok("configuration", "\(file) is right.")]
    found += certificates(configuration)
    let folder = configuration.stateFolder
    found.append(FolderCheck(name: "state folder", folder: folder, forbidden: 0o077).run())
    found.append(records(StateFolder.database(in: folder)))
    found.append(SpaceCheck(name: "space", folder: folder).run(disk))
    if configuration.imageFolder != folder + "/images" {
      found.append(
        SpaceCheck(name: "space for images", folder: configuration.imageFolder).run(disk))
    }
    found.append(FlushCheck(name: "flush", folder: folder).run(disk, clock: clock))
    found.append(ClockCheck().run())
    for (name, address) in [
      ("API port", configuration.apiAddress), ("wire port", configuration.wireAddress),
    ] {
      found.append(PortCheck(name: name, address: address, program: Self.program).run(disk))
    }
    return Examination(found)
  }

  private func certificates(_ configuration: ControllerConfiguration) -> [Diagnosis] {
    let wire = CertificateCheck(
      name: "wire certificate", certificate: configuration.wireCredentials.certificate,
      key: configuration.wireCredentials.key, authority: configuration.wireCA
    ) { $0 == .controller }
    let api = configuration.apiCredentials.map { files in
      CertificateCheck(
        name: "API certificate", certificate: files.certificate, key: files.key, authority: nil)
    }
    let issuer = configuration.issuer.map { files in
      CertificateCheck(
        name: "issuer", certificate: files.certificate, key: files.key,
        authority: configuration.wireCA
      ) { $0 == nil }
    }
    return [wire, issuer, api].compactMap { $0 }.flatMap { $0.run(disk, now: clock.now) }
  }

  private func records(_ database: String) -> Diagnosis {
    do throws(RoostError) {
      guard try disk.exists(database) else {
        return .fail(
          "records", "\(database) does not exist.",
          do: "Make a controller with `roost-controller init`, or restore a backup.")
      }
      let faults = try DatabaseFile.faults(of: database)
      guard let fault = faults.first else {
        return .ok("records", "\(database) is sound.")
      }
      return .fail(
        "records", "\(database) is damaged: \(fault).",
        do: "Stop the controller, keep a copy of the folder, and restore a backup.")
    } catch {
      return .fail(
        "records", "\(database) can't be read: \(error.operator ?? error.user).",
        do: "Run this as the controller's user or as root.")
    }
  }
}
