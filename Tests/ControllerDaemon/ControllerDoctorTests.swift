// SPDX-License-Identifier: Apache-2.0

import Base
import Doctor
import Scratch
import Store
import TestSupport
import Testing

@testable import ControllerDaemon

struct ControllerDoctorTests {
  private let folder: TemporaryFolder
  private let disk = SystemDisk()
  private var file: String { folder.file("controller.yaml") }

  init() throws {
    folder = try TemporaryFolder()
    try disk.makeFolder(folder.file("state"), mode: 0o700)
    let text = """
      state_folder: \(folder.path)/state
      api: {address: "127.0.0.1:0"}
      wire:
        address: 127.0.0.1:0
        certificate: \(folder.path)/controller.crt
      """
    try disk.replace(file, with: Array(text.utf8), mode: 0o644)
  }

  private func examine() -> [String: Diagnosis.Verdict] {
    let found = ControllerDoctor(file: file, disk: disk, clock: TestClock()).run()
    return Dictionary(found.diagnoses.map { ($0.check, $0.verdict) }) { first, _ in first }
  }

  @Test func everyPartIsLookedAt() throws {
    try Store.open(folder.file("state/controller.db")).close()
    let found = examine()
    #expect(
      found.keys.sorted() == [
        "API port", "clock", "configuration", "flush", "records", "space", "state folder",
        "wire certificate", "wire port",
      ])
    #expect(found["records"] == .ok && found["state folder"] == .ok)
    #expect(found["wire certificate"] == .fail, "there is none")
  }

  @Test func recordsThatAreAbsentOrDamagedAreNamed() throws {
    #expect(examine()["records"] == .fail)
    try disk.replace(
      folder.file("state/controller.db"), with: Array("no database".utf8), mode: 0o600)
    #expect(examine()["records"] == .fail)
  }

  @Test func aWrongConfigurationIsAllThatIsSaid() throws {
    try disk.replace(file, with: Array("aip: {}".utf8), mode: 0o644)
    #expect(examine() == ["configuration": .fail])
  }
}
