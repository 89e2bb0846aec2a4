// SPDX-License-Identifier: Apache-2.0

public import Base
public import Certificates

/// What TLS credentials are made of, in PEM.
public struct TLSMaterial: Sendable {
  /// This end's certificate, and behind it those that lead towards the CA.
  public let certificate: [UInt8]
  /// Its key.
  public let key: Secret<[UInt8]>
  /// The CAs that the other end must be signed by.
  public let authorities: [UInt8]
  /// Where all that comes from, for errors.
  public let source: String

  private static let fileLimit = 1 << 20

  /// Names where it comes from.
  public init(
    certificate: [UInt8], key: Secret<[UInt8]>, authorities: [UInt8], source: String
  ) {
    self.certificate = certificate
    self.key = key
    self.authorities = authorities
    self.source = source
  }

  /// Reads PEM files. Blocks.
  ///
  /// - Throws: `notFound` naming the file that does not exist.
  public init(
    certificate: String, key: String, authorities: String, disk: any Disk
  ) throws(RoostError) {
    self.init(
      certificate: try Self.read(certificate, disk), key: Secret(try Self.read(key, disk)),
      authorities: try Self.read(authorities, disk),
      source: key == certificate ? key : "\(certificate) and \(key)")
  }

  private static func read(_ path: String, _ disk: any Disk) throws(RoostError) -> [UInt8] {
    guard let bytes = try disk.read(path, limit: fileLimit) else {
      throw RoostError(.notFound, "\(path) does not exist.")
    }
    return bytes
  }

  /// Whether another has the same bytes.
  public func isSame(as other: TLSMaterial) -> Bool {
    certificate == other.certificate && key.exposed == other.key.exposed
      && authorities == other.authorities
  }

  /// The one of `authorities` that the certificate leads to.
  ///
  /// - Throws: `badRequest` if there is none.
  public func anchor() throws(RoostError) -> Certificate {
    let chain = try CertificateChain(pem: certificate)
    for authority in try CertificateChain(pem: authorities).certificates
    where try chain.leads(to: [authority], atAnyTime: true) {
      return authority
    }
    throw RoostError(
      .badRequest, "The certificate of \(source) was signed by none of the CAs that go with it.")
  }
}
