// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Cloud
import Wire

extension NodeAccess.Issuer {
  /// Reads what a controller issues certificates with. Blocks.
  ///
  /// - Returns: nil where the configuration names no issuer.
  /// - Throws: `badRequest` for files that don't fit each other.
  static func read(
    _ configuration: ControllerConfiguration, disk: any Disk, clock: any Clock,
    randomness: any Randomness
  ) throws(RoostError) -> NodeAccess.Issuer? {
    guard let files = configuration.issuer else { return nil }
    let issuer = try TLSMaterial(
      certificate: files.certificate, key: files.key, authorities: configuration.wireCA, disk: disk)
    let authority: CertificateAuthority
    do throws(RoostError) {
      authority = try CertificateAuthority(
        certificate: issuer.certificate, key: issuer.key, clock: clock, randomness: randomness)
    } catch {
      throw RoostError(
        .badRequest, "wire.issuer and wire.issuer_key: \(error.user)", operator: error.operator)
    }
    guard try authority.leads(to: CertificateChain(pem: issuer.authorities)) else {
      throw RoostError(
        .badRequest,
        "wire.issuer: \(files.certificate) was not signed by \(configuration.wireCA); what it issues "
          + "would be refused.")
    }
    return NodeAccess.Issuer(
      authority: authority, authorities: String(decoding: issuer.authorities, as: UTF8.self),
      fingerprint: try configuration.wireMaterial(disk).anchor().fingerprint,
      lifetime: configuration.certificateLifetime, address: configuration.agentAddress)
  }
}

extension ControllerConfiguration {
  /// What the controller shows to agents and whom it trusts. Blocks.
  func wireMaterial(_ disk: any Disk) throws(RoostError) -> TLSMaterial {
    try TLSMaterial(
      certificate: wireCredentials.certificate, key: wireCredentials.key, authorities: wireCA,
      disk: disk)
  }
}
