// SPDX-License-Identifier: Apache-2.0

import Base
import CGnuTLS
import Certificates

/// TLS 1.3 over one non-blocking socket. Used by one task or callback at a time.
final class TLSSession: @unchecked Sendable {
  /// Which end opened the connection.
  enum End {
    case dialler
    case acceptor
  }

  typealias Outcome = TransportOutcome

  // TLS 1.3 only: older versions have nothing that a peer of ours would need.
  private static let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3"

  private let session: gnutls_session_t
  // The session points to them.
  private let credentials: TLSCredentials

  init(_ end: End, _ credentials: TLSCredentials, descriptor: Int32) throws(RoostError) {
    let role: Int32 = end == .dialler ? GNUTLS_CLIENT : GNUTLS_SERVER
    var made: gnutls_session_t?
    let code = gnutls_init(&made, UInt32(role) | UInt32(GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL))
    guard code >= 0, let made else { throw .gnutls("start TLS", code) }
    session = made
    self.credentials = credentials
    try check(gnutls_priority_set_direct(session, Self.priority, nil), "set priorities")
    try check(
      gnutls_credentials_set(
        session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials.handle)),
      "set credentials")
    if end == .acceptor { gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE) }
    // The chain is checked within the handshake. No host name: the SAN URI is what counts.
    gnutls_session_set_verify_cert(session, nil, 0)
    gnutls_transport_set_int2(session, descriptor, descriptor)
  }

  deinit { gnutls_deinit(session) }

  func handshake() -> Outcome {
    let code = gnutls_handshake(session)
    if gnutls_error_is_fatal(code) != 0 {
      // Tells the peer why, as far as the socket takes it at once.
      gnutls_alert_send_appropriate(session, code)
    }
    return outcome(Int(code))
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    outcome(gnutls_record_recv(session, buffer.baseAddress, buffer.count))
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    outcome(gnutls_record_send(session, bytes.baseAddress, bytes.count))
  }

  /// Tells the peer that no more will come, as far as the socket takes it at once.
  func sayGoodbye() { gnutls_bye(session, GNUTLS_SHUT_WR) }

  /// Whom the peer's certificate names. Nil for a certificate of our CA without our URI.
  func peer() -> PeerIdentity? {
    var count: UInt32 = 0
    guard let chain = gnutls_certificate_get_peers(session, &count), count > 0 else { return nil }
    let first = chain.pointee
    let bytes = Array(UnsafeBufferPointer(start: first.data, count: Int(first.size)))
    guard let certificate = try? Certificate(der: bytes) else { return nil }
    switch certificate.subject {
    case .controller: return PeerIdentity(role: .controller, node: nil)
    case .node(let id): return PeerIdentity(role: .node, node: id)
    case nil: return nil
    }
  }

  private func check(_ code: Int32, _ what: String) throws(RoostError) {
    guard code >= 0 else { throw .gnutls(what, code) }
  }

  private func outcome(_ code: Int) -> Outcome {
    if code > 0 { return .done(code) }
    switch Int32(clamping: code) {
    case GNUTLS_E_SUCCESS: return .closed
    case GNUTLS_E_AGAIN, GNUTLS_E_INTERRUPTED:
      return gnutls_record_get_direction(session) == 0 ? .wantsRead : .wantsWrite
    case GNUTLS_E_WARNING_ALERT_RECEIVED, GNUTLS_E_REHANDSHAKE: return .wantsRead
    case GNUTLS_E_PREMATURE_TERMINATION: return .failed("the peer vanished")
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
      let alert = gnutls_alert_get_name(gnutls_alert_get(session)).map { String(cString: $0) }
      return .failed("the peer refused: \(alert ?? "unknown alert")")
    case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
      return .failed("the peer's certificate is not of this fleet's CA, or not valid now")
    case GNUTLS_E_CERTIFICATE_REQUIRED: return .failed("the peer showed no certificate")
    case let code: return .failed(gnutlsText(code))
    }
  }
}
