// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Glibc
import Scratch
import Testing

@Suite struct CertificateAuthorityTests {
  let folder: TemporaryFolder
  let disk = SystemDisk()
  let clock = SystemClock()
  let chance = SystemRandomness()

  init() throws { folder = try TemporaryFolder() }

  private func authority() throws -> CertificateAuthority {
    try CertificateAuthority.create(in: folder.path, disk: disk, clock: clock, randomness: chance)
    return try CertificateAuthority(
      folder: folder.path, disk: disk, clock: clock, randomness: chance)
  }

  @Test func namesWhomItIssuesTo() throws {
    let authority = try authority()
    let node = NodeID.random(from: chance)
    let issued = try authority.issue(.node(node), hosts: ["host1", "10.0.0.1", "fd00::1"])
    let certificate = try Certificate(pem: issued.certificate)
    #expect(certificate.subject == .node(node))
    #expect(certificate.expires > clock.now + .seconds(365 * 86_400))
    #expect(try Certificate(pem: authority.issue(.controller).certificate).subject == .controller)
  }

  @Test func keepsTheKeyToItsOwner() throws {
    _ = try authority()
    var info = stat()
    #expect(stat(folder.file("ca.key"), &info) == 0)
    #expect(info.st_mode & 0o777 == 0o600)
  }

  @Test func neverReplacesAnAuthority() throws {
    _ = try authority()
    let error = #expect(throws: RoostError.self) {
      try CertificateAuthority.create(
        in: self.folder.path, disk: self.disk, clock: self.clock, randomness: self.chance)
    }
    #expect(error?.kind == .conflict)
  }

  @Test func saysWhereNoneIs() {
    let error = #expect(throws: RoostError.self) {
      try CertificateAuthority(
        folder: "/nowhere", disk: self.disk, clock: self.clock, randomness: self.chance)
    }
    #expect(error?.kind == .notFound)
  }

  @Test(arguments: ["", "urn:roost:node:", "urn:roost:node:x", "https://example.org"])
  func readsNoOtherNames(_ uri: String) {
    #expect(CertificateSubject(uri: uri) == nil)
  }
}
