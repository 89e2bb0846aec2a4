// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

extension RoostError {
  /// What GnuTLS reported. `what` says what was tried, for the operator.
  public static func gnutls(_ what: String, _ code: Int32) -> RoostError {
    RoostError(
      .internal, "An internal error occurred; the operator's log has the details.",
      operator: "\(what): \(gnutlsText(code))")
  }
}

/// GnuTLS's words for a code.
public func gnutlsText(_ code: Int32) -> String {
  "\(gnutls_strerror(code).map { String(cString: $0) } ?? "unknown error") (GnuTLS \(code))"
}

/// Throws unless `code` says success.
func check(_ code: Int32, _ what: String) throws(RoostError) {
  guard code >= 0 else { throw .gnutls(what, code) }
}
