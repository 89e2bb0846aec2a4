// SPDX-License-Identifier: Apache-2.0

public import Base
package import CGnuTLS

/// A P-256 key, freed with its owner.
public final class PrivateKey: @unchecked Sendable {
  // GnuTLS only reads it once it is made, which is before anyone shares it.
  let handle: gnutls_x509_privkey_t

  /// A fresh key from GnuTLS's own generator, which the kernel seeds.
  public static func generate() throws(RoostError) -> PrivateKey {
    let key = try PrivateKey()
    try check(
      gnutls_x509_privkey_generate(key.handle, GNUTLS_PK_ECDSA, curveBits, 0), "make a key")
    return key
  }

  /// A key from PEM.
  public convenience init(pem: [UInt8]) throws(RoostError) {
    try self.init()
    let code = withDatum(pem) { gnutls_x509_privkey_import(handle, &$0, GNUTLS_X509_FMT_PEM) }
    try check(code, "read a private key")
  }

  private init() throws(RoostError) {
    var made: gnutls_x509_privkey_t?
    try check(gnutls_x509_privkey_init(&made), "make a key")
    guard let made else { throw .gnutls("make a key", GNUTLS_E_MEMORY_ERROR) }
    handle = made
  }

  deinit { gnutls_x509_privkey_deinit(handle) }

  /// SHA-256 of its public key, in lower-case hexadecimal.
  public func id() throws(RoostError) -> String {
    var id = [UInt8](repeating: 0, count: 64)
    var size = id.count
    let flags = GNUTLS_KEYID_USE_SHA256.rawValue
    try check(gnutls_x509_privkey_get_key_id(handle, flags, &id, &size), "compute the key's id")
    return Array(id.prefix(size)).hexText
  }

  /// The key as PEM.
  public func pem() throws(RoostError) -> [UInt8] {
    var datum = gnutls_datum_t()
    try check(
      gnutls_x509_privkey_export2(handle, GNUTLS_X509_FMT_PEM, &datum), "write a private key")
    return taken(datum)
  }

  /// GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), a macro: the high bit marks a curve.
  private static var curveBits: UInt32 { 1 << 31 | GNUTLS_ECC_CURVE_SECP256R1.rawValue }
}

/// Calls `body` with a datum over `bytes`, which GnuTLS only reads.
package func withDatum<R>(_ bytes: [UInt8], _ body: (inout gnutls_datum_t) -> R) -> R {
  var bytes = bytes
  return bytes.withUnsafeMutableBufferPointer { buffer in
    var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(clamping: buffer.count))
    return body(&datum)
  }
}

/// Copies and frees what GnuTLS allocated.
func taken(_ datum: gnutls_datum_t) -> [UInt8] {
  defer { roost_gnutls_free(datum.data) }
  return Array(UnsafeBufferPointer(start: datum.data, count: Int(datum.size)))
}
