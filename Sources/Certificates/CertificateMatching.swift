// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

// Whether a certificate and a private key fit each other.
extension Certificate {
  /// Whether it is the certificate of a private key in PEM.
  ///
  /// - Throws: when that is no key.
  public func belongs(toKey pem: [UInt8]) throws(RoostError) -> Bool {
    try keyID == PrivateKey(pem: pem).id()
  }
}
