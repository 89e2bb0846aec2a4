// SPDX-License-Identifier: Apache-2.0

import Base
import CGnuTLS
import Certificates

/// Which versions and algorithms are spoken, shared by all sessions of the process. GnuTLS only reads it.
final class TLSPriorities: @unchecked Sendable {
  let handle: gnutls_priority_t

  /// - Parameter text: in GnuTLS's own form.
  init(_ text: String) throws(RoostError) {
    var made: gnutls_priority_t?
    let code = gnutls_priority_init(&made, text, nil)
    guard code >= 0, let made else { throw .gnutls("read priorities", code) }
    handle = made
  }

  deinit { gnutls_priority_deinit(handle) }
}
