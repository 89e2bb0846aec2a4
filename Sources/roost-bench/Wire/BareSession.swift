// SPDX-License-Identifier: Apache-2.0

import Base
import CGnuTLS
import Certificates
import Glibc

/// GnuTLS on a socket, asked for what Roost's wire asks it for: TLS 1.3, both ends with a
/// certificate of the CA.
final class BareSession {
  private let credentials: gnutls_certificate_credentials_t
  private let session: gnutls_session_t

  init(_ folder: String, accepts: Bool, descriptor: Int32) throws(RoostError) {
    var credentials: gnutls_certificate_credentials_t?
    var session: gnutls_session_t?
    try check(gnutls_certificate_allocate_credentials(&credentials), "allocate credentials")
    let role: Int32 = accepts ? GNUTLS_SERVER : GNUTLS_CLIENT
    try check(gnutls_init(&session, UInt32(role | GNUTLS_NO_SIGNAL)), "start TLS")
    guard let credentials, let session else { throw RoostError(.internal, "No TLS session.") }
    self.credentials = credentials
    self.session = session
    let member = accepts ? "controller" : "node"
    try check(
      gnutls_certificate_set_x509_trust_file(
        credentials, "\(folder)/\(CertificateAuthority.certificateFile)", GNUTLS_X509_FMT_PEM),
      "read the CA")
    try check(
      gnutls_certificate_set_x509_key_file(
        credentials, "\(folder)/\(member).crt", "\(folder)/\(member).key", GNUTLS_X509_FMT_PEM),
      "read the certificate of \(member)")
    try check(
      gnutls_priority_set_direct(session, "NORMAL:-VERS-ALL:+VERS-TLS1.3", nil), "set priorities")
    try check(
      gnutls_credentials_set(
        session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials)), "set credentials")
    if accepts { gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE) }
    gnutls_session_set_verify_cert(session, nil, 0)
    gnutls_transport_set_int2(session, descriptor, descriptor)
    try check(gnutls_handshake(session), "handshake")
  }

  deinit {
    gnutls_deinit(session)
    gnutls_certificate_free_credentials(credentials)
  }

  /// Appends what is there to `bytes`; false once nothing more will come.
  func receive(into bytes: inout [UInt8]) throws(RoostError) -> Bool {
    var count = 0
    repeat {
      withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { buffer in
        count = gnutls_record_recv(session, buffer.baseAddress, buffer.count)
        if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
      }
      // A record that is left in GnuTLS does not make the socket ready.
    } while count > 0 && gnutls_record_check_pending(session) > 0
    if count == Int(GNUTLS_E_PREMATURE_TERMINATION) { return false }
    if count != Int(GNUTLS_E_AGAIN) { try check(Int32(clamping: count), "receive") }
    return count != 0
  }

  /// Sends a part; 0 when the socket takes nothing now.
  func send(_ bytes: some Sequence<UInt8>) throws(RoostError) -> Int {
    let count = bytes.withContiguousStorageIfAvailable {
      gnutls_record_send(session, $0.baseAddress, $0.count)
    }
    guard let count, count != Int(GNUTLS_E_AGAIN) else { return 0 }
    try check(Int32(clamping: count), "send")
    return count
  }
}

private func check(_ code: Int32, _ what: String) throws(RoostError) {
  guard code >= 0 else { throw .gnutls(what, code) }
}
