// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

/// Certificates of one PEM file: a member's and, behind it, those that lead from it towards a CA; or
/// the CAs that are trusted.
public struct CertificateChain: Sendable {
  /// In the order of the file; never empty.
  public let certificates: [Certificate]
  /// The first: whose chain it is.
  public let leaf: Certificate

  /// So many certificates at most; what we make has two.
  public static let longest = 16

  /// Reads PEM, which may hold other things too, such as the key.
  ///
  /// - Throws: what is wrong; `internal` by its kind, since only the caller knows whose fault it is.
  public init(pem: [UInt8]) throws(RoostError) {
    var list: UnsafeMutablePointer<gnutls_x509_crt_t?>?
    var count: UInt32 = 0
    let code = withDatum(pem) {
      gnutls_x509_crt_list_import2(&list, &count, &$0, GNUTLS_X509_FMT_PEM, 0)
    }
    try check(code, "read certificates")
    defer { roost_gnutls_free(list) }
    // All are adopted before anything is refused, so that each is freed.
    let all = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { handle in
      handle.map { Certificate(owning: $0) }
    }
    try self.init(all)
  }

  /// A chain as a peer sent it.
  public init(der: [[UInt8]]) throws(RoostError) {
    var all: [Certificate] = []
    for bytes in der.prefix(Self.longest + 1) { all.append(try Certificate(der: bytes)) }
    try self.init(all)
  }

  private init(_ certificates: [Certificate]) throws(RoostError) {
    guard let leaf = certificates.first, certificates.count <= Self.longest else {
      throw RoostError(
        .badRequest,
        "A file or peer has 1 to \(Self.longest) certificates, not \(certificates.count).")
    }
    (self.certificates, self.leaf) = (certificates, leaf)
  }

  /// Whether signatures lead from the leaf to one of `authorities`.
  ///
  /// - Parameter atAnyTime: whether certificates that have ended, or not begun, count.
  public func leads(to authorities: [Certificate], atAnyTime: Bool) throws(RoostError) -> Bool {
    let chain: [gnutls_x509_crt_t?] = certificates.map(\.handle)
    let trusted: [gnutls_x509_crt_t?] = authorities.map(\.handle)
    var status: UInt32 = 0
    let flags = atAnyTime ? GNUTLS_VERIFY_DISABLE_TIME_CHECKS.rawValue : 0
    try check(
      gnutls_x509_crt_list_verify(
        chain, UInt32(clamping: chain.count), trusted, UInt32(clamping: trusted.count), nil, 0,
        UInt32(flags), &status), "check signatures")
    return status == 0
  }

  /// The certificates as PEM, in order.
  public func pem() throws(RoostError) -> [UInt8] {
    var all: [UInt8] = []
    for certificate in certificates { all += try certificate.pem() }
    return all
  }
}
