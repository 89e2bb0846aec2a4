// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Cloud
import Doctor
import Scratch
import Testing

@testable import ControllerDaemon

/// What a controller issues with must fit what the fleet trusts.
@Suite struct IssuerFilesTests {
  private let folder: TemporaryFolder
  private let disk = SystemDisk()

  init() throws {
    folder = try TemporaryFolder()
    for name in ["one", "two"] {
      let (path, out) = (folder.file(name), folder.file("\(name)-out"))
      try CertificateAuthority.create(
        in: path, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
      let authority = try CertificateAuthority(
        folder: path, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
      try disk.makeFolder(out, mode: 0o700)
      let root = try disk.read("\(path)/ca.crt", limit: 1 << 20) ?? []
      try disk.replace("\(out)/ca.crt", with: root, mode: 0o644)
      for (file, issued) in [
        ("controller", try authority.issue(.controller)), ("issuer", try authority.issueIssuer()),
      ] {
        try disk.replace("\(out)/\(file).crt", with: issued.certificate, mode: 0o644)
        try disk.replace("\(out)/\(file).key", with: issued.key.exposed, mode: 0o600)
      }
    }
  }

  private func text(issuer: String, key: String) -> String {
    let out = folder.file("one-out")
    return """
      state_folder: \(folder.path)
      wire:
        address: 0.0.0.0:8771
        certificate: \(out)/controller.crt
        key: \(out)/controller.key
        ca: \(out)/ca.crt
        issuer: \(folder.file(issuer))
        issuer_key: \(folder.file(key))
        certificate_lifetime: 7d
      """
  }

  private func read(_ issuer: String, _ key: String) throws -> NodeAccess.Issuer? {
    try NodeAccess.Issuer.read(
      ControllerConfiguration(text: text(issuer: issuer, key: key), file: "controller.yaml"),
      disk: SystemDisk(), clock: SystemClock(), randomness: SystemRandomness())
  }

  private func refusal(_ issuer: String, _ key: String) -> String {
    let error = #expect(throws: RoostError.self) { _ = try read(issuer, key) }
    return error?.user ?? ""
  }

  @Test(arguments: [("one-out/issuer.crt", "one-out/issuer.key"), ("one/ca.crt", "one/ca.key")])
  func theFleetsCAOrOneBelowItIssues(certificate: String, key: String) throws {
    let issuer = try #require(try read(certificate, key))
    let pem = try SystemDisk().read(folder.file("one/ca.crt"), limit: 1 << 20) ?? []
    #expect(try issuer.fingerprint == Certificate(pem: pem).fingerprint)
    #expect(issuer.lifetime == .seconds(7 * 86_400))
    #expect(issuer.address == nil, "every address is none")
    let file = folder.file("controller.yaml")
    try SystemDisk().replace(
      file, with: Array(text(issuer: certificate, key: key).utf8), mode: 0o644)
    let found = ControllerDoctor(file: file, disk: SystemDisk(), clock: SystemClock()).run()
    let verdicts = found.diagnoses.filter { $0.check == "issuer" }.map(\.verdict)
    #expect(verdicts == [.ok, .ok, .ok])
  }

  @Test func whatDoesNotFitKeepsTheControllerFromStarting() {
    #expect(
      refusal("two-out/issuer.crt", "two-out/issuer.key").contains(
        "what it issues would be refused"))
    #expect(
      refusal("one-out/issuer.crt", "two-out/issuer.key").contains("not that of its certificate"))
    #expect(refusal("one-out/controller.crt", "one-out/controller.key").contains("not a CA's"))
    #expect(refusal("none.crt", "one-out/issuer.key").contains("none.crt does not exist"))
  }

  @Test func bothAreNamedOrNone() throws {
    for key in ["issuer", "issuer_key"] {
      let error = #expect(throws: RoostError.self) {
        try ControllerConfiguration(text: "wire: {\(key): /a}", file: "controller.yaml")
      }
      #expect(error?.user.contains("is required when") == true)
    }
    let none = try ControllerConfiguration(text: "", file: "controller.yaml")
    #expect(none.issuer == nil && none.agentAddress == Defaults.wireAddress)
    #expect(none.certificateLifetime == .seconds(90 * 86_400))
  }
}
