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
  // Read once: a session that reads its own keeps 11 kB.
  private static let priorities = Result { () throws(RoostError) in
    try TLSPriorities("NORMAL:-VERS-ALL:+VERS-TLS1.3")
  }

  private let session: gnutls_session_t
  // The session points to them.
  private let credentials: TLSCredentials
  /// Why the peer's certificate is not good, once that was found.
  private var verdict: String?

  /// - Parameter takesAnonymous: whether an accepting end goes on with a peer that shows no
  ///   certificate. One that is shown is verified in any case.
  init(
    _ end: End, _ credentials: TLSCredentials, descriptor: Int32, takesAnonymous: Bool = false
  ) throws(RoostError) {
    let role: Int32 = end == .dialler ? GNUTLS_CLIENT : GNUTLS_SERVER
    var made: gnutls_session_t?
    let code = gnutls_init(&made, UInt32(role) | UInt32(GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL))
    guard code >= 0, let made else { throw .gnutls("start TLS", code) }
    session = made
    self.credentials = credentials
    try check(gnutls_priority_set(session, Self.priorities.get().handle), "set priorities")
    try check(
      gnutls_credentials_set(
        session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials.handle)),
      "set credentials")
    if end == .acceptor {
      gnutls_certificate_server_set_request(
        session, takesAnonymous ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_REQUIRE)
    }
    gnutls_transport_set_int2(session, descriptor, descriptor)
    // The chain is checked within the handshake, by this session, which outlives it. No host name:
    // the SAN URI is what counts.
    gnutls_session_set_ptr(session, Unmanaged.passUnretained(self).toOpaque())
    gnutls_session_set_verify_function(session) { session in
      guard let owner = gnutls_session_get_ptr(session) else { return GNUTLS_E_INTERNAL_ERROR }
      return Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue().verifyPeer()
    }
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

  /// Whom the peer's certificate names. Nil for a certificate of our CA that names nobody of us.
  func peer() -> PeerIdentity? {
    guard let first = shown.first else { return .anonymous }
    return (try? Certificate(der: first)).flatMap { PeerIdentity($0) }
  }

  /// Tells the peer that its certificate was revoked, as far as the socket takes it at once.
  func sayRevoked() {
    gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_CERTIFICATE_REVOKED)
  }

  /// The peer's certificates in DER, its own first; none from one that showed none.
  private var shown: [[UInt8]] {
    var count: UInt32 = 0
    guard let chain = gnutls_certificate_get_peers(session, &count) else { return [] }
    return UnsafeBufferPointer(start: chain, count: Int(count)).map {
      Array(UnsafeBufferPointer(start: $0.data, count: Int($0.size)))
    }
  }

  /// GnuTLS's question within the handshake: 0 goes on.
  private func verifyPeer() -> Int32 {
    let shown = shown
    // An end that requires a certificate has refused the peer before.
    guard !shown.isEmpty else { return 0 }
    verdict = credentials.pinned.map { pinnedVerdict(shown, $0) } ?? trustVerdict()
    return verdict == nil ? 0 : GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR
  }

  private func trustVerdict() -> String? {
    var status: UInt32 = 0
    let code = gnutls_certificate_verify_peers2(session, &status)
    guard code >= 0 else { return "the peer's certificate can't be checked: \(gnutlsText(code))" }
    let untimely = GNUTLS_CERT_EXPIRED.rawValue | GNUTLS_CERT_NOT_ACTIVATED.rawValue
    if status == 0 { return nil }
    if status & ~(untimely | GNUTLS_CERT_INVALID.rawValue) == 0 {
      return status & GNUTLS_CERT_EXPIRED.rawValue != 0
        ? "the peer's certificate has expired" : "the peer's certificate is not valid yet"
    }
    return "the peer's certificate is not of this fleet's CA"
  }

  private func pinnedVerdict(_ shown: [[UInt8]], _ pinned: [UInt8]) -> String? {
    do throws(RoostError) {
      let chain = try CertificateChain(der: shown)
      guard let anchor = chain.certificates.first(where: { $0.fingerprint == pinned }) else {
        return "the peer does not show the CA certificate that is expected"
      }
      return try chain.leads(to: [anchor], atAnyTime: false)
        ? nil : "the peer's certificate is not of the CA that is expected, or not valid now"
    } catch {
      return "the peer's certificates can't be read: \(error)"
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
      return .failed(verdict ?? "the peer's certificate is not good")
    case GNUTLS_E_CERTIFICATE_REQUIRED: return .failed("the peer showed no certificate")
    case let code: return .failed(gnutlsText(code))
    }
  }
}
