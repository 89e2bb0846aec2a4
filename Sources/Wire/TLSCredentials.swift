// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS
import Certificates

/// This end's certificate and key, and the CA that both ends must be signed by. Shared by all of a
/// process's connections.
public final class TLSCredentials: @unchecked Sendable {
  // GnuTLS only reads credentials once they are filled, from any number of sessions.
  let handle: gnutls_certificate_credentials_t

  /// Reads PEM files.
  ///
  /// - Throws: `badRequest` naming the file that is missing, unreadable or does not match.
  public init(certificate: String, key: String, authority: String) throws(RoostError) {
    var made: gnutls_certificate_credentials_t?
    let code = gnutls_certificate_allocate_credentials(&made)
    guard code >= 0, let made else { throw .gnutls("allocate credentials", code) }
    handle = made
    let trusted = gnutls_certificate_set_x509_trust_file(handle, authority, GNUTLS_X509_FMT_PEM)
    guard trusted > 0 else {
      throw RoostError(
        .badRequest, "\(authority) holds no CA certificate: \(gnutlsText(trusted)).")
    }
    let paired = gnutls_certificate_set_x509_key_file(
      handle, certificate, key, GNUTLS_X509_FMT_PEM)
    guard paired >= 0 else {
      throw RoostError(
        .badRequest,
        "\(certificate) and \(key) are no certificate and its key: \(gnutlsText(paired)).")
    }
  }

  deinit { gnutls_certificate_free_credentials(handle) }
}
