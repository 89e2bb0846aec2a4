// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

// Whether files of a certificate, a key and a CA fit each other.
extension Certificate {
  /// When it begins, in UTC.
  public var begins: Timestamp {
    Timestamp(microseconds: Int64(gnutls_x509_crt_get_activation_time(handle)) * 1_000_000)
  }

  /// Whether it is the certificate of a private key in PEM.
  ///
  /// - Throws: when that is no key.
  public func belongs(toKey pem: [UInt8]) throws(RoostError) -> Bool {
    let key = try PrivateKey(pem: pem)
    var (own, its) = ([UInt8](repeating: 0, count: 64), [UInt8](repeating: 0, count: 64))
    var (ownSize, itsSize) = (own.count, its.count)
    try check(gnutls_x509_crt_get_key_id(handle, 0, &own, &ownSize), "compute the key's id")
    try check(
      gnutls_x509_privkey_get_key_id(key.handle, 0, &its, &itsSize), "compute the key's id")
    return own.prefix(ownSize) == its.prefix(itsSize)
  }

  /// Whether an authority signed it, whatever the time is.
  public func isSigned(by authority: Certificate) throws(RoostError) -> Bool {
    var issuer: gnutls_x509_crt_t? = authority.handle
    var status: UInt32 = 0
    let flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS.rawValue
    try check(
      gnutls_x509_crt_verify(handle, &issuer, 1, UInt32(flags), &status), "check a signature")
    return status == 0
  }
}
