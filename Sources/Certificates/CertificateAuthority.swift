// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS

/// A CA that signs for members of a fleet: the fleet's own, one self-signed P-256 certificate and its
/// key in a folder of files, or one that it has signed in turn, with which a controller issues.
///
/// Only certificates that lead to the fleet's CA are trusted between agents and controller; no public
/// CA is.
public struct CertificateAuthority: Sendable {
  /// A key and the certificates for it, as PEM.
  public struct Issued: Sendable {
    /// For anyone to read: the owner's, then those that lead towards the fleet's CA.
    public let certificate: [UInt8]
    /// For its owner only.
    public let key: Secret<[UInt8]>
  }

  /// File names within the folder.
  public static let certificateFile = "ca.crt"
  /// The CA's key; it never leaves the folder.
  public static let keyFile = "ca.key"

  private static let authorityLife = Duration.seconds(10 * 365 * 86_400)
  private static let issuerLife = Duration.seconds(5 * 365 * 86_400)
  private static let memberLife = Duration.seconds(825 * 86_400)
  private static let fileLimit = 1 << 20

  private let key: PrivateKey
  private let chain: CertificateChain
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
    try certificate.set(key)
    try certificate.fill(
      commonName: "Roost CA", life: authorityLife, clock: clock, randomness: randomness)
    try certificate.makeAuthority(pathLength: 1)
    try certificate.sign(by: certificate, key)
    try disk.replace("\(folder)/\(keyFile)", with: try key.pem(), mode: 0o600)
    try disk.replace("\(folder)/\(certificateFile)", with: try certificate.pem(), mode: 0o644)
  }

  /// Opens the CA in `folder`.
  public init(
    folder: String, disk: any Disk, clock: any Clock, randomness: any Randomness
  ) throws(RoostError) {
    let (certificateFile, keyFile) = (Self.certificateFile, Self.keyFile)
    guard let key = try disk.read("\(folder)/\(keyFile)", limit: Self.fileLimit),
      let certificate = try disk.read("\(folder)/\(certificateFile)", limit: Self.fileLimit)
    else {
      throw RoostError(
        .notFound, "\(folder) holds no CA; make one with `roostctl ca init --folder \(folder)`.")
    }
    try self.init(
      certificate: certificate, key: Secret(key), clock: clock, randomness: randomness)
  }

  /// A CA from PEM.
  ///
  /// - Parameter certificate: the CA's, then those that lead from it towards the fleet's CA, if it is
  ///   not that itself.
  /// - Throws: `badRequest` if they do not belong together or are no CA's.
  public init(
    certificate: [UInt8], key: Secret<[UInt8]>, clock: any Clock, randomness: any Randomness
  ) throws(RoostError) {
    chain = try CertificateChain(pem: certificate)
    self.key = try PrivateKey(pem: key.exposed)
    self.clock = clock
    self.randomness = randomness
    guard try chain.leaf.keyID == self.key.id() else {
      throw RoostError(.badRequest, "The CA's key is not that of its certificate.")
    }
    guard chain.leaf.isAuthority else {
      throw RoostError(.badRequest, "The certificate is not a CA's: it may not sign others.")
    }
  }

  /// When it ends; nothing that it issues holds longer.
  public var expires: Timestamp { chain.leaf.expires }

  /// Whether what it signs is trusted by whoever trusts `authorities`.
  public func leads(to authorities: CertificateChain) throws(RoostError) -> Bool {
    let trusted = authorities.certificates
    if trusted.contains(where: { $0.fingerprint == chain.leaf.fingerprint }) { return true }
    return try chain.leads(to: trusted, atAnyTime: true)
  }

  /// Makes a key and a certificate for a member of the fleet.
  ///
  /// - Parameter hosts: names and addresses it is reached by, for clients that check them.
  public func issue(
    _ subject: CertificateSubject, hosts: [String] = []
  ) throws(RoostError) -> Issued {
    let memberKey = try PrivateKey.generate()
    let member = try Certificate()
    try member.set(memberKey)
    try sign(member, subject, hosts: hosts, life: Self.memberLife)
    return Issued(certificate: try behind(member), key: Secret(try memberKey.pem()))
  }

  /// Makes a certificate for a key that its owner keeps.
  ///
  /// - Returns: the certificate and, behind it, those that lead towards the fleet's CA, as PEM.
  /// - Throws: `unavailable` once the CA has ended.
  public func issue(
    _ subject: CertificateSubject, to request: CertificateRequest, life: Duration
  ) throws(RoostError) -> (certificate: Certificate, chain: [UInt8]) {
    guard clock.now < expires else {
      throw RoostError(
        .unavailable, "The CA that issues certificates ended at \(expires.iso8601).")
    }
    let member = try Certificate()
    try check(gnutls_x509_crt_set_pubkey(member.handle, request.key), "set the key")
    try sign(member, subject, hosts: [], life: life)
    // As its owner will read it: GnuTLS does not show names of a certificate that it has just made.
    return (try Certificate(pem: member.pem()), try behind(member))
  }

  /// Makes a CA that issues in this one's stead, so that this one's key can stay where nobody is.
  ///
  /// - Throws: `conflict` for a CA that may sign members only.
  public func issueIssuer() throws(RoostError) -> Issued {
    if let length = chain.leaf.pathLength, length < 1 {
      throw RoostError(
        .conflict,
        "This CA may sign members only, no other CA: it is an issuing CA itself, or an earlier release "
          + "made it. Let the controller issue with its own certificate and key.")
    }
    let issuerKey = try PrivateKey.generate()
    let issuer = try Certificate()
    try issuer.set(issuerKey)
    try issuer.fill(
      commonName: "Roost issuing CA", life: Self.issuerLife, end: expires, clock: clock,
      randomness: randomness)
    try issuer.makeAuthority(pathLength: 0)
    try issuer.sign(by: chain.leaf, key)
    return Issued(certificate: try behind(issuer), key: Secret(try issuerKey.pem()))
  }

  private func sign(
    _ member: Certificate, _ subject: CertificateSubject, hosts: [String], life: Duration
  ) throws(RoostError) {
    let name = subject == .controller ? "roost-controller" : "roost-agent"
    try member.fill(
      commonName: name, life: life, end: expires, clock: clock, randomness: randomness)
    try member.addName(GNUTLS_SAN_URI, Array(subject.uri.utf8))
    for host in hosts {
      if let address = addressBytes(host) {
        try member.addName(GNUTLS_SAN_IPADDRESS, address)
      } else {
        try member.addName(GNUTLS_SAN_DNSNAME, Array(host.utf8))
      }
    }
    try member.makeMember()
    try member.sign(by: chain.leaf, key)
  }

  /// A certificate and those that lead on from it. What every peer has is left out: the CA itself.
  private func behind(_ certificate: Certificate) throws(RoostError) -> [UInt8] {
    var pem = try certificate.pem()
    for link in chain.certificates where !link.isSelfSigned { pem += try link.pem() }
    return pem
  }
}
