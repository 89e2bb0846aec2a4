// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Doctor
import Glibc
import Scratch
import TestSupport
import Testing

struct CertificateCheckTests {
  private let folder: TemporaryFolder
  private let disk = SystemDisk()
  private let clock = TestClock()

  init() throws {
    folder = try TemporaryFolder()
    try issue("own", by: "ca", .controller)
  }

  private func issue(_ name: String, by authority: String, _ subject: CertificateSubject) throws {
    let home = folder.file(authority)
    if try !disk.exists("\(home)/ca.key") {
      try CertificateAuthority.create(
        in: home, disk: disk, clock: clock, randomness: SeededRandomness())
    }
    let made = try CertificateAuthority(
      folder: home, disk: disk, clock: clock, randomness: SeededRandomness()
    ).issue(subject)
    try disk.replace(folder.file("\(name).crt"), with: made.certificate, mode: 0o644)
    try disk.replace(folder.file("\(name).key"), with: made.key.exposed, mode: 0o600)
  }

  private func diagnose(
    _ certificate: String = "own", key: String = "own", ca: String? = "ca",
    after span: Duration = .zero
  ) -> [Diagnosis] {
    CertificateCheck(
      name: "certificate", certificate: folder.file("\(certificate).crt"),
      key: folder.file("\(key).key"), authority: ca.map { folder.file("\($0)/ca.crt") },
      isRightSubject: { $0 == .controller }
    ).run(disk, now: clock.now + span)
  }

  private func bad(_ diagnoses: [Diagnosis]) -> [String] {
    diagnoses.filter { $0.verdict != .ok }.map(\.found)
  }

  @Test func whatRoostctlMadeIsRight() {
    #expect(diagnose().map(\.verdict) == [.ok, .ok, .ok])
    #expect(diagnose(ca: nil).map(\.verdict) == [.ok, .ok, .ok])
  }

  @Test func theEndIsSeenComing() {
    let life = Duration.seconds(825 * 86_400)
    let soon = diagnose(after: life - .seconds(29 * 86_400))
    #expect(soon.map(\.verdict) == [.ok, .warn, .ok])
    #expect(diagnose(after: life + .seconds(1)).map(\.verdict) == [.ok, .fail, .ok])
    let early = diagnose(after: .seconds(-2 * 86_400))
    #expect(early.map(\.verdict) == [.ok, .fail, .ok])
    #expect(early[1].advice?.contains("clock") == true)
  }

  @Test func whatDoesNotBelongTogetherIsNamed() throws {
    try issue("other", by: "ca", .controller)
    #expect(bad(diagnose(key: "other")).first?.contains("is not the certificate of") == true)
    try issue("foreign", by: "foreign-ca", .controller)
    #expect(
      bad(diagnose("foreign", key: "foreign")).first?.contains("was not signed by") == true)
    try issue("node", by: "ca", .node(.random(from: SeededRandomness())))
    #expect(bad(diagnose("node", key: "node")).first?.contains("urn:roost:node:") == true)
    #expect(bad(diagnose("absent")).first?.contains("absent.crt does not exist") == true)
    try disk.replace(folder.file("own.crt"), with: Array("no PEM".utf8), mode: 0o644)
    #expect(diagnose().map(\.verdict) == [.fail])
  }

  @Test func aKeyThatOthersCanReadIsNamed() {
    chmod(folder.file("own.key"), 0o640)
    let found = diagnose()
    #expect(found.map(\.verdict) == [.ok, .ok, .fail])
    #expect(found[2].found.contains("mode 0640"))
  }
}
