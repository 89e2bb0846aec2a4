// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

/// The fleet's own CA: one self-signed P-256 certificate and its key, in a folder of files.
///
/// Only certificates that it signed are trusted between agents and controller; no public CA is.
public struct CertificateAuthority {
  /// A key and the certificate for it, as PEM.
  public struct Issued: Sendable {
    /// For anyone to read.
    public let certificate: [UInt8]
    /// For its owner only.
    public let key: Secret<[UInt8]>
  }

  /// File names within the folder.
  public static let certificateFile = "ca.crt"
  /// The CA's key; it never leaves the folder.
  public static let keyFile = "ca.key"

  private static let authorityLife = Duration.seconds(10 * 365 * 86_400)
  private static let memberLife = Duration.seconds(825 * 86_400)
  private static let fileLimit = 1 << 20

  private let key: PrivateKey
  private let certificate: Certificate
  private let clock: any Clock
  private let randomness: any Randomness

  /// Makes a CA in `folder`, which must not have one: a lost CA can't be undone by a new one.
  public static func create(
    in folder: String, disk: any Disk, clock: any Clock, randomness: any Randomness
  ) throws(RoostError) {
    try disk.makeFolder(folder, mode: 0o700)
    guard try disk.size(of: "\(folder)/\(keyFile)") == nil else {
      throw RoostError(
        .conflict,
        "\(folder)/\(keyFile) exists. A new CA would shut out every node that has a "
          + "certificate of the old one; choose another folder.")
    }
    let key = try PrivateKey.generate()
    let certificate = try Certificate()
    try certificate.fill(
      commonName: "Roost CA", key: key, life: authorityLife, clock: clock, randomness: randomness)
    try check(
      gnutls_x509_crt_set_basic_constraints(certificate.handle, 1, 0), "set basic constraints")
    try check(
      gnutls_x509_crt_set_key_usage(certificate.handle, UInt32(GNUTLS_KEY_KEY_CERT_SIGN)),
      "set key usage")
    try certificate.sign(by: certificate, key)
    try disk.replace("\(folder)/\(keyFile)", with: try key.pem(), mode: 0o600)
    try disk.replace("\(folder)/\(certificateFile)", with: try certificate.pem(), mode: 0o644)
  }

  /// Opens the CA in `folder`.
  public init(
    folder: String, disk: any Disk, clock: any Clock, randomness: any Randomness
  ) throws(RoostError) {
    guard let key = try disk.read("\(folder)/\(Self.keyFile)", limit: Self.fileLimit),
      let certificate = try disk.read("\(folder)/\(Self.certificateFile)", limit: Self.fileLimit)
    else {
      throw RoostError(
        .notFound, "\(folder) holds no CA; make one with `roostctl ca init --folder \(folder)`.")
    }
    self.key = try PrivateKey(pem: key)
    self.certificate = try Certificate(pem: certificate)
    self.clock = clock
    self.randomness = randomness
  }

  /// Makes a key and a certificate for a member of the fleet.
  ///
  /// - Parameter hosts: names and addresses it is reached by, for clients that check them.
  public func issue(
    _ subject: CertificateSubject, hosts: [String] = []
  ) throws(RoostError) -> Issued {
    let memberKey = try PrivateKey.generate()
    let member = try Certificate()
    let name = subject == .controller ? "roost-controller" : "roost-agent"
    try member.fill(
      commonName: name, key: memberKey, life: Self.memberLife, clock: clock,
      randomness: randomness)
    try member.addName(GNUTLS_SAN_URI, Array(subject.uri.utf8))
    for host in hosts {
      if let address = addressBytes(host) {
        try member.addName(GNUTLS_SAN_IPADDRESS, address)
      } else {
        try member.addName(GNUTLS_SAN_DNSNAME, Array(host.utf8))
      }
    }
    try check(
      gnutls_x509_crt_set_basic_constraints(member.handle, 0, -1), "set basic constraints")
    try check(
      gnutls_x509_crt_set_key_usage(member.handle, UInt32(GNUTLS_KEY_DIGITAL_SIGNATURE)),
      "set key usage")
    for purpose in ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] {  // TLS server, TLS client
      try check(
        gnutls_x509_crt_set_key_purpose_oid(member.handle, purpose, 0), "set key purpose")
    }
    try member.sign(by: certificate, key)
    return Issued(certificate: try member.pem(), key: Secret(try memberKey.pem()))
  }
}
