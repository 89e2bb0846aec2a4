// SPDX-License-Identifier: Apache-2.0

import Base
import CGnuTLS
import Glibc

extension Certificate {
  /// Sets what every certificate of ours has. Starts a day early, for clocks that are behind.
  func fill(
    commonName: String, key: PrivateKey, life: Duration, clock: any Clock,
    randomness: any Randomness
  ) throws(RoostError) {
    try check(gnutls_x509_crt_set_version(handle, 3), "set the version")
    var serial = randomness.bytes(16)
    serial[0] &= 0x7F  // A serial number is positive (RFC 5280, 4.1.2.2).
    try check(gnutls_x509_crt_set_serial(handle, serial, serial.count), "set the serial")
    let now = clock.now.microseconds / 1_000_000
    try check(
      gnutls_x509_crt_set_activation_time(handle, time_t(now - 86_400)), "set the start")
    let end = now + life.microseconds / 1_000_000
    try check(gnutls_x509_crt_set_expiration_time(handle, time_t(end)), "set the end")
    try check(
      gnutls_x509_crt_set_dn_by_oid(
        handle, "2.5.4.3", 0, commonName, UInt32(commonName.utf8.count)), "set the name")
    try check(gnutls_x509_crt_set_key(handle, key.handle), "set the key")
    var keyID = [UInt8](repeating: 0, count: 64)
    var size = keyID.count
    try check(gnutls_x509_crt_get_key_id(handle, 0, &keyID, &size), "compute the key's id")
    try check(gnutls_x509_crt_set_subject_key_id(handle, keyID, size), "set the key's id")
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
