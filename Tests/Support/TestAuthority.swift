// SPDX-License-Identifier: Apache-2.0

public import Base
public import Certificates
public import Cloud
public import Scratch

/// A fleet's CA, in the folder of a test, and what a controller issues certificates with.
public struct TestAuthority: Sendable {
  public let authority: CertificateAuthority
  /// The CA's certificate in PEM.
  public let certificate: [UInt8]
  public let issuer: NodeAccess.Issuer

  /// How long certificates hold.
  public static let lifetime = Duration.seconds(90 * 86_400)

  /// Makes the CA, or opens the one that is there.
  public init(
    in folder: TemporaryFolder, clock: any Clock, randomness: any Randomness
  ) throws(RoostError) {
    let (disk, path) = (SystemDisk(), folder.file("ca"))
    if try disk.size(of: path + "/ca.key") == nil {
      try CertificateAuthority.create(
        in: path, disk: disk, clock: clock, randomness: randomness)
    }
    authority = try CertificateAuthority(
      folder: path, disk: disk, clock: clock, randomness: randomness)
    certificate = try disk.read(path + "/ca.crt", limit: 1 << 20) ?? []
    issuer = NodeAccess.Issuer(
      authority: authority, authorities: String(decoding: certificate, as: UTF8.self),
      fingerprint: try Certificate(pem: certificate).fingerprint, lifetime: Self.lifetime,
      address: "controller:8771")
  }
}
