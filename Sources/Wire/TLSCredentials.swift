// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS
import Certificates

/// What this end shows of itself and whom it trusts. Shared by all of a process's connections.
public final class TLSCredentials: CredentialSource, @unchecked Sendable {
  // GnuTLS only reads credentials once they are filled, from any number of sessions.
  let handle: gnutls_certificate_credentials_t
  /// The SHA-256 of the one CA certificate that is trusted, instead of those in `handle`.
  let pinned: [UInt8]?

  private init(pinned: [UInt8]?) throws(RoostError) {
    var made: gnutls_certificate_credentials_t?
    let code = gnutls_certificate_allocate_credentials(&made)
    guard code >= 0, let made else { throw .gnutls("allocate credentials", code) }
    handle = made
    self.pinned = pinned
  }

  /// This end's certificate and key, and the CAs that the other end must be signed by.
  ///
  /// - Parameter showsAuthority: sends the CA's own certificate along, for peers that know nothing of
  ///   it but its fingerprint.
  /// - Throws: `badRequest` saying what does not fit.
  public convenience init(
    _ material: TLSMaterial, showsAuthority: Bool = false
  ) throws(RoostError) {
    try self.init(pinned: nil)
    let trusted = withDatum(material.authorities) {
      gnutls_certificate_set_x509_trust_mem(handle, &$0, GNUTLS_X509_FMT_PEM)
    }
    guard trusted > 0 else {
      throw RoostError(
        .badRequest,
        "The CA's file that goes with \(material.source) holds no CA certificate: "
          + "\(gnutlsText(trusted)).")
    }
    var shown = material.certificate
    if showsAuthority { shown += try [0x0A] + material.anchor().pem() }
    let paired = withDatum(shown) { certificate in
      withDatum(material.key.exposed) { key in
        gnutls_certificate_set_x509_key_mem(handle, &certificate, &key, GNUTLS_X509_FMT_PEM)
      }
    }
    guard paired >= 0 else {
      throw RoostError(
        .badRequest, "\(material.source) are no certificate and its key: \(gnutlsText(paired)).")
    }
  }

  /// Shows no certificate, and trusts whoever is signed by the CA whose certificate has this SHA-256
  /// and is sent along.
  public convenience init(authorityFingerprint: [UInt8]) throws(RoostError) {
    try self.init(pinned: authorityFingerprint)
  }

  deinit { gnutls_certificate_free_credentials(handle) }

  public func current() -> TLSCredentials { self }
}

extension TLSCredentials {
  /// Reads PEM files. Blocks.
  ///
  /// - Throws: `badRequest` naming the files that are missing, unreadable or do not match.
  public convenience init(
    certificate: String, key: String, authority: String, disk: any Disk
  ) throws(RoostError) {
    try self.init(
      TLSMaterial(certificate: certificate, key: key, authorities: authority, disk: disk))
  }
}

/// Where connections get their credentials from, each at its handshake.
public protocol CredentialSource: Sendable {
  /// What the next handshake shows and trusts. Must not block.
  func current() -> TLSCredentials
}
