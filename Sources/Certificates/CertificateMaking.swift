// SPDX-License-Identifier: Apache-2.0

import Base
import CGnuTLS
import Glibc

extension Certificate {
  /// Sets what every certificate of ours has; the key must be set. It starts a tenth of its life
  /// early, a day at most, for clocks that are behind.
  ///
  /// - Parameter end: when it ends at the latest, whatever its life.
  func fill(
    commonName: String, life: Duration, end: Timestamp? = nil, clock: any Clock,
    randomness: any Randomness
  ) throws(RoostError) {
    try check(gnutls_x509_crt_set_version(handle, 3), "set the version")
    var serial = randomness.bytes(16)
    // A serial number is positive and has no needless zeros in front (RFC 5280, 4.1.2.2).
    serial[0] = serial[0] & 0x7F | 0x40
    try check(gnutls_x509_crt_set_serial(handle, serial, serial.count), "set the serial")
    let now = clock.now
    let start = now + min(life / 10, .seconds(86_400)) * -1
    let last = min(now + life, end ?? now + life)
    try check(
      gnutls_x509_crt_set_activation_time(handle, time_t(start.microseconds / 1_000_000)),
      "set the start")
    try check(
      gnutls_x509_crt_set_expiration_time(handle, time_t(last.microseconds / 1_000_000)),
      "set the end")
    try check(
      gnutls_x509_crt_set_dn_by_oid(
        handle, "2.5.4.3", 0, commonName, UInt32(commonName.utf8.count)), "set the name")
    let own = try subjectKeyID()
    try check(gnutls_x509_crt_set_subject_key_id(handle, own, own.count), "set the key's id")
  }

  private func subjectKeyID() throws(RoostError) -> [UInt8] {
    var id = [UInt8](repeating: 0, count: 64)
    var size = id.count
    try check(gnutls_x509_crt_get_key_id(handle, 0, &id, &size), "compute the key's id")
    return Array(id.prefix(size))
  }

  /// Whose certificate it is to be.
  func set(_ key: PrivateKey) throws(RoostError) {
    try check(gnutls_x509_crt_set_key(handle, key.handle), "set the key")
  }

  /// Whether it may sign others.
  var isAuthority: Bool {
    gnutls_x509_crt_get_ca_status(handle, nil) > 0
  }

  /// Of how many CAs below each other it may sign the first; nil for any number.
  var pathLength: Int32? {
    var length: Int32 = -1
    _ = gnutls_x509_crt_get_basic_constraints(handle, nil, nil, &length)
    return length < 0 ? nil : length
  }

  /// Whether it was signed with its own key: a CA that nobody stands behind.
  var isSelfSigned: Bool { gnutls_x509_crt_check_issuer(handle, handle) != 0 }

  /// Says that it is a CA, and of how many CAs below it; 0 for one that signs members only.
  func makeAuthority(pathLength: Int32) throws(RoostError) {
    try check(
      gnutls_x509_crt_set_basic_constraints(handle, 1, pathLength), "set basic constraints")
    try check(
      gnutls_x509_crt_set_key_usage(handle, UInt32(GNUTLS_KEY_KEY_CERT_SIGN)), "set key usage")
  }

  /// Says that it is no CA, and good for both ends of TLS.
  func makeMember() throws(RoostError) {
    try check(gnutls_x509_crt_set_basic_constraints(handle, 0, -1), "set basic constraints")
    try check(
      gnutls_x509_crt_set_key_usage(handle, UInt32(GNUTLS_KEY_DIGITAL_SIGNATURE)),
      "set key usage")
    for purpose in ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] {  // TLS server, TLS client
      try check(gnutls_x509_crt_set_key_purpose_oid(handle, purpose, 0), "set key purpose")
    }
  }

  /// Adds a subject alternative name.
  func addName(
    _ kind: gnutls_x509_subject_alt_name_t, _ value: [UInt8]
  ) throws(RoostError) {
    try check(
      gnutls_x509_crt_set_subject_alt_name(
        handle, kind, value, UInt32(value.count), UInt32(GNUTLS_FSAN_APPEND)), "add a name")
  }

  /// Signs with SHA-256.
  func sign(by issuer: Certificate, _ key: PrivateKey) throws(RoostError) {
    let signer = try issuer.subjectKeyID()
    try check(
      gnutls_x509_crt_set_authority_key_id(handle, signer, signer.count), "set the issuer's id")
    try check(
      gnutls_x509_crt_sign2(handle, issuer.handle, key.handle, GNUTLS_DIG_SHA256, 0), "sign")
  }
}

/// An IPv4 or IPv6 address as its bytes; nil for a name.
func addressBytes(_ text: String) -> [UInt8]? {
  var four = in_addr()
  if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
  var six = in6_addr()
  if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
  return nil
}
