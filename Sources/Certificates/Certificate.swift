// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

/// An X.509 certificate, freed with its owner.
public final class Certificate {
  let handle: gnutls_x509_crt_t

  init() throws(RoostError) {
    var made: gnutls_x509_crt_t?
    try check(gnutls_x509_crt_init(&made), "make a certificate")
    guard let made else { throw .gnutls("make a certificate", GNUTLS_E_MEMORY_ERROR) }
    handle = made
  }

  /// A certificate from PEM.
  public convenience init(pem: [UInt8]) throws(RoostError) {
    try self.init()
    let code = withDatum(pem) { gnutls_x509_crt_import(handle, &$0, GNUTLS_X509_FMT_PEM) }
    try check(code, "read a certificate")
  }

  /// A certificate as a peer sent it.
  public convenience init(der: [UInt8]) throws(RoostError) {
    try self.init()
    let code = withDatum(der) { gnutls_x509_crt_import(handle, &$0, GNUTLS_X509_FMT_DER) }
    try check(code, "read a certificate")
  }

  deinit { gnutls_x509_crt_deinit(handle) }

  /// Whom it names, if its first URI is one of ours.
  public var subject: CertificateSubject? {
    var index: UInt32 = 0
    var text = [UInt8](repeating: 0, count: 1024)
    while true {
      var size = text.count
      let kind = gnutls_x509_crt_get_subject_alt_name(handle, index, &text, &size, nil)
      guard kind >= 0 else { return nil }
      if kind == Int32(GNUTLS_SAN_URI.rawValue) {
        return CertificateSubject(uri: String(decoding: text.prefix(size), as: UTF8.self))
      }
      index += 1
    }
  }

  /// When it ends, in UTC.
  public var expires: Timestamp {
    Timestamp(microseconds: Int64(gnutls_x509_crt_get_expiration_time(handle)) * 1_000_000)
  }

  /// The certificate as PEM.
  func pem() throws(RoostError) -> [UInt8] {
    var datum = gnutls_datum_t()
    try check(
      gnutls_x509_crt_export2(handle, GNUTLS_X509_FMT_PEM, &datum), "write a certificate")
    return taken(datum)
  }
}
