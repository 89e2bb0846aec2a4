// SPDX-License-Identifier: Apache-2.0

import Base
import Database
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

  private func diagnoses() -> [Diagnosis] {
    ControllerDoctor(file: file, disk: disk, clock: TestClock()).run().diagnoses
  }

  private func examine() -> [String: Diagnosis.Verdict] {
    Dictionary(diagnoses().map { ($0.check, $0.verdict) }) { first, _ in first }
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
    let path = folder.file("state/controller.db")
    try Store.open(folder.file("source.db")).close()
    let sound = folder.file("sound.db")
    try DatabaseFile.copy(folder.file("source.db"), to: sound)
    let bytes = try #require(try disk.read(sound, limit: 1 << 24))
    // The first page says what there is, the second is a table's: one ends the check, one does not.
    for damage in [0..<4096, 100..<4096, 4096..<8192, (bytes.count - 4096)..<bytes.count] {
      var damaged = bytes
      damaged.replaceSubrange(damage, with: damage.map { _ in 0xA5 })
      try disk.replace(path, with: damaged, mode: 0o600)
      let found = try #require(diagnoses().first { $0.check == "records" })
      #expect(found.verdict == .fail)
      #expect(found.found.contains("is damaged"), "\(found.found)")
      #expect(found.advice?.contains("restore a backup") == true)
    }
  }

  @Test func aWrongConfigurationIsAllThatIsSaid() throws {
    try disk.replace(file, with: Array("aip: {}".utf8), mode: 0o644)
    #expect(examine() == ["configuration": .fail])
  }
}
