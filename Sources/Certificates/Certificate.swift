// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

/// An X.509 certificate, freed with its owner.
public final class Certificate: @unchecked Sendable {
  // GnuTLS only reads it once it is made, which is before anyone shares it.
  let handle: gnutls_x509_crt_t

  init() throws(RoostError) {
    var made: gnutls_x509_crt_t?
    try check(gnutls_x509_crt_init(&made), "make a certificate")
    guard let made else { throw .gnutls("make a certificate", GNUTLS_E_MEMORY_ERROR) }
    handle = made
  }

  /// Takes over what GnuTLS has made.
  init(owning handle: gnutls_x509_crt_t) { self.handle = handle }

  /// A certificate from PEM; of several the first.
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

  /// Whom it names: its one URI, if that is one of ours. A certificate with several names nobody.
  public var subject: CertificateSubject? {
    var found: String?
    var index: UInt32 = 0
    var text = [UInt8](repeating: 0, count: 1024)
    while true {
      var size = text.count
      let kind = gnutls_x509_crt_get_subject_alt_name(handle, index, &text, &size, nil)
      if kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE { break }
      guard kind >= 0 else { return nil }
      if kind == Int32(GNUTLS_SAN_URI.rawValue) {
        guard found == nil else { return nil }
        found = String(decoding: text.prefix(size), as: UTF8.self)
      }
      index += 1
    }
    return found.flatMap { CertificateSubject(uri: $0) }
  }

  /// When it begins, in UTC.
  public var begins: Timestamp {
    Timestamp(microseconds: Int64(gnutls_x509_crt_get_activation_time(handle)) * 1_000_000)
  }

  /// When it ends, in UTC.
  public var expires: Timestamp {
    Timestamp(microseconds: Int64(gnutls_x509_crt_get_expiration_time(handle)) * 1_000_000)
  }

  /// Its serial number in lower-case hexadecimal: what a CA tells its certificates apart by. Empty for
  /// a certificate without one.
  public var serial: String {
    bytes(atMost: 64) { gnutls_x509_crt_get_serial(handle, $0, $1) }.hexText
  }

  /// SHA-256 of the whole certificate: what tells it from every other.
  public var fingerprint: [UInt8] {
    bytes(atMost: 32) { gnutls_x509_crt_get_fingerprint(handle, GNUTLS_DIG_SHA256, $0, $1) }
  }

  /// SHA-256 of its public key, in lower-case hexadecimal; see `CertificateRequest.keyID`.
  public var keyID: String {
    let flags = GNUTLS_KEYID_USE_SHA256.rawValue
    return bytes(atMost: 64) { gnutls_x509_crt_get_key_id(handle, flags, $0, $1) }.hexText
  }

  /// The certificate as PEM.
  public func pem() throws(RoostError) -> [UInt8] {
    var datum = gnutls_datum_t()
    try check(
      gnutls_x509_crt_export2(handle, GNUTLS_X509_FMT_PEM, &datum), "write a certificate")
    return taken(datum)
  }

  /// What GnuTLS writes into a buffer; nothing where it fails.
  private func bytes(
    atMost limit: Int, _ get: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>) -> Int32
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var size = limit
    let code = bytes.withUnsafeMutableBufferPointer { get($0.baseAddress, &size) }
    return code >= 0 ? Array(bytes.prefix(size)) : []
  }
}
