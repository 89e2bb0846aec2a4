// SPDX-License-Identifier: Apache-2.0

import Base
import Scratch
import Testing

@testable import Certificates

/// Certificates for keys that stay with their owners, and CAs that issue in another's stead.
@Suite struct IssuingTests {
  let folder: TemporaryFolder
  let authority: CertificateAuthority
  let root: CertificateChain
  let node = NodeID.random(from: SystemRandomness())
  private let disk = SystemDisk()

  init() throws {
    folder = try TemporaryFolder()
    try CertificateAuthority.create(
      in: folder.path, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
    authority = try CertificateAuthority(
      folder: folder.path, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
    root = try CertificateChain(pem: disk.read(folder.file("ca.crt"), limit: 1 << 20) ?? [])
  }

  private func opened(_ issued: CertificateAuthority.Issued) throws -> CertificateAuthority {
    try CertificateAuthority(
      certificate: issued.certificate, key: issued.key, clock: SystemClock(),
      randomness: SystemRandomness())
  }

  @Test func aRequestGetsACertificateForItsKeyAndNothingElse() throws {
    let key = try PrivateKey.generate()
    let request = try CertificateRequest(der: CertificateRequest.make(for: key))
    #expect(try request.keyID == key.id())
    let (certificate, pem) = try authority.issue(
      .node(node), to: request, life: .seconds(3600))
    #expect(certificate.subject == .node(node))
    #expect(try certificate.belongs(toKey: key.pem()))
    #expect(try !certificate.belongs(toKey: PrivateKey.generate().pem()))
    #expect(certificate.expires < SystemClock().now + .seconds(3601))
    #expect(certificate.begins > SystemClock().now + .seconds(-400), "a tenth of its life early")
    #expect(try CertificateChain(pem: pem).leads(to: root.certificates, atAnyTime: false))
    let next = try authority.issue(.node(node), to: request, life: .seconds(3600)).certificate
    #expect(certificate.serial.count == 32 && next.serial != certificate.serial)
  }

  @Test func whatIsNoRequestOfAP256KeyIsRefused() throws {
    let good = try CertificateRequest.make(for: PrivateKey.generate())
    for count in good.indices {
      #expect(throws: RoostError.self) { try CertificateRequest(der: Array(good.prefix(count))) }
    }
    var forged = good
    forged[forged.count - 3] ^= 1
    let error = #expect(throws: RoostError.self) { try CertificateRequest(der: forged) }
    #expect(error?.kind == .badRequest)
    let long = [UInt8](repeating: 0x30, count: CertificateRequest.longest + 1)
    let tooLong = #expect(throws: RoostError.self) { try CertificateRequest(der: long) }
    #expect(tooLong?.user.contains("4097 bytes; at most 4096") == true)
  }

  @Test func anIssuingCAStandsBetween() throws {
    let issuer = try opened(authority.issueIssuer())
    #expect(try issuer.leads(to: root))
    let request = try CertificateRequest(der: CertificateRequest.make(for: .generate()))
    let (certificate, pem) = try issuer.issue(.node(node), to: request, life: .seconds(3600))
    let chain = try CertificateChain(pem: pem)
    #expect(chain.certificates.count == 2, "the issuer's own stands behind it")
    #expect(try chain.leads(to: root.certificates, atAnyTime: false))
    let alone = try CertificateChain(pem: certificate.pem())
    #expect(try !alone.leads(to: root.certificates, atAnyTime: false))
    #expect(chain.certificates.last?.subject == nil, "it speaks for nobody itself")
    let error = #expect(throws: RoostError.self) { try issuer.issueIssuer() }
    #expect(error?.kind == .conflict)
  }

  @Test func aMembersCertificateSignsNobody() throws {
    let member = try authority.issue(.node(node))
    let error = #expect(throws: RoostError.self) { try opened(member) }
    #expect(error?.user.contains("not a CA's") == true)
    let issuer = try authority.issueIssuer()
    let other = try authority.issueIssuer()
    let mixed = #expect(throws: RoostError.self) {
      try CertificateAuthority(
        certificate: issuer.certificate, key: other.key, clock: SystemClock(),
        randomness: SystemRandomness())
    }
    #expect(mixed?.user.contains("not that of its certificate") == true)
  }

  @Test func anotherFleetsCALeadsNowhere() throws {
    let other = try IssuingTests()
    #expect(try !opened(other.authority.issueIssuer()).leads(to: root))
  }
}
