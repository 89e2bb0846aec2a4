// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

/// A public key for which a certificate is asked, with the proof that whoever asks has its private
/// key: a PKCS#10 request (RFC 2986). Of what else such a request may say, nothing is read.
public final class CertificateRequest: @unchecked Sendable {
  // GnuTLS only reads it once it is made, which is before anyone shares it.
  /// Bytes in a request at most; ours have about 200.
  public static let longest = 4096
  /// The public key.
  let key: gnutls_pubkey_t
  /// SHA-256 of the public key, in lower-case hexadecimal: what tells keys apart.
  public let keyID: String

  /// A request for a key, in DER.
  public static func make(for key: PrivateKey) throws(RoostError) -> [UInt8] {
    let request = try RequestHandle()
    try check(gnutls_x509_crq_set_version(request.handle, 1), "set the version")
    try check(gnutls_x509_crq_set_key(request.handle, key.handle), "set the key")
    try check(
      gnutls_x509_crq_sign2(request.handle, key.handle, GNUTLS_DIG_SHA256, 0), "sign a request")
    var datum = gnutls_datum_t()
    try check(
      gnutls_x509_crq_export2(request.handle, GNUTLS_X509_FMT_DER, &datum), "write a request")
    return taken(datum)
  }

  /// Reads a request in DER.
  ///
  /// - Throws: `badRequest` for what is no request, one that its key did not sign, and a key that is
  ///   not P-256.
  public init(der: [UInt8]) throws(RoostError) {
    guard der.count <= Self.longest else {
      throw Self.refused("has \(der.count) bytes; at most \(Self.longest) are allowed")
    }
    let request = try RequestHandle()
    let code = withDatum(der) {
      gnutls_x509_crq_import(request.handle, &$0, GNUTLS_X509_FMT_DER)
    }
    guard code >= 0 else { throw Self.refused("is no PKCS#10 in DER: \(gnutlsText(code))") }
    guard gnutls_x509_crq_verify(request.handle, 0) >= 0 else {
      throw Self.refused("is not signed with the key that it names")
    }
    var made: gnutls_pubkey_t?
    try check(gnutls_pubkey_init(&made), "make a public key")
    guard let made else { throw .gnutls("make a public key", GNUTLS_E_MEMORY_ERROR) }
    key = made
    var id = [UInt8](repeating: 0, count: 64)
    var size = id.count
    var curve = GNUTLS_ECC_CURVE_INVALID
    let isRead =
      gnutls_pubkey_import_x509_crq(key, request.handle, 0) >= 0
      && gnutls_pubkey_export_ecc_raw(key, &curve, nil, nil) >= 0
      && gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256.rawValue, &id, &size) >= 0
    guard isRead, curve == GNUTLS_ECC_CURVE_SECP256R1 else {
      keyID = ""
      throw Self.refused("is for a key that is not ECDSA on the curve P-256")
    }
    keyID = Array(id.prefix(size)).hexText
  }

  deinit { gnutls_pubkey_deinit(key) }

  private static func refused(_ why: String) -> RoostError {
    RoostError(
      .badRequest, "The certificate request \(why).", field: "certificate_request")
  }
}

/// GnuTLS's request, freed with its owner.
private final class RequestHandle {
  let handle: gnutls_x509_crq_t

  init() throws(RoostError) {
    var made: gnutls_x509_crq_t?
    try check(gnutls_x509_crq_init(&made), "make a request")
    guard let made else { throw .gnutls("make a request", GNUTLS_E_MEMORY_ERROR) }
    handle = made
  }

  deinit { gnutls_x509_crq_deinit(handle) }
}
