// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Glibc
import NodeProtocol
import Wire

/// The files that this node is known by: what the controller issued, in the state folder, or what
/// `roostctl ca` made, where the configuration says. Of those that have not ended the one counts that
/// begins later.
///
/// One file holds the issued certificate with its key, so that a crash leaves the old pair or the new
/// one; the CA's is written before it, for it does no harm alone.
struct CertificateFiles: Sendable {
  /// Where they are; a file and a key may be the same.
  struct Place: Sendable, Equatable {
    let certificate: String
    let key: String
    let authorities: String
  }

  /// The folder of what was issued.
  let folder: String
  /// Where the configuration has it.
  let configured: Place
  let disk: any Disk
  let clock: any Clock

  /// Below the state folder.
  static let folderName = "identity"
  private static let fileLimit = 1 << 20

  init(_ configuration: AgentConfiguration, disk: any Disk, clock: any Clock) {
    folder = "\(configuration.stateFolder)/\(Self.folderName)"
    configured = Place(
      certificate: configuration.certificate, key: configuration.key, authorities: configuration.ca)
    self.disk = disk
    self.clock = clock
  }

  /// What the controller issued.
  var issued: Place {
    Place(
      certificate: "\(folder)/node.pem", key: "\(folder)/node.pem",
      authorities: "\(folder)/ca.crt")
  }

  /// A key for which a certificate is being asked; it stays until one has come, so that whoever asks
  /// again asks for the same.
  private var pendingKey: String { "\(folder)/pending.key" }

  /// Which files count now.
  ///
  /// - Throws: `notFound` when there are none.
  func place() throws(RoostError) -> Place {
    let now = clock.now
    var best: (place: Place, leaf: Certificate)?
    for place in [issued, configured] {
      guard let pem = try disk.read(place.certificate, limit: Self.fileLimit) else { continue }
      let leaf = try Self.leaf(pem, place.certificate)
      guard let other = best?.leaf else {
        best = (place, leaf)
        continue
      }
      let (isGood, isOtherGood) = (now < leaf.expires, now < other.expires)
      if isGood == isOtherGood ? other.begins < leaf.begins : isGood { best = (place, leaf) }
    }
    guard let best else {
      throw RoostError(
        .notFound,
        "This host has no certificate: there is neither \(issued.certificate) nor "
          + "\(configured.certificate). `roostctl node enrol` prints the command that gets one.")
    }
    return best.place
  }

  /// Certificate, key and CAs that count now.
  func material() throws(RoostError) -> TLSMaterial {
    let place = try place()
    return try TLSMaterial(
      certificate: place.certificate, key: place.key, authorities: place.authorities, disk: disk)
  }

  /// The node that the certificate names.
  func node() throws(RoostError) -> (node: NodeID, file: String) {
    let place = try place()
    let pem = try disk.read(place.certificate, limit: Self.fileLimit) ?? []
    guard case .node(let node)? = try Self.leaf(pem, place.certificate).subject else {
      throw RoostError(
        .badRequest, "The certificate \(place.certificate) is not one of a node.")
    }
    return (node, place.certificate)
  }

  /// The key to ask a certificate for: the one that was asked for before without an answer, else a new
  /// one. It is on the disk when this returns.
  func keyToAskFor() throws(RoostError) -> PrivateKey {
    try disk.makeFolder(folder, mode: 0o700)
    if let pem = try disk.read(pendingKey, limit: Self.fileLimit) {
      return try PrivateKey(pem: pem)
    }
    let key = try PrivateKey.generate()
    try disk.replace(pendingKey, with: try key.pem(), mode: 0o600)
    return key
  }

  /// Takes a certificate into use, once it is proved to be what was asked for.
  ///
  /// - Parameters:
  ///   - node: whom it must name; nil for whomever the answer names.
  ///   - fingerprint: the SHA-256 of a CA certificate that must be among the CAs; nil for none.
  ///   - earlier: the certificate that it follows, and must outlast; nil for none.
  /// - Returns: the certificate.
  @discardableResult
  func install(
    _ answer: IssuedCertificate, for key: PrivateKey, of node: NodeID?,
    under fingerprint: [UInt8]? = nil, following earlier: Certificate? = nil
  ) throws(RoostError) -> Certificate {
    let chain = try CertificateChain(pem: Array(answer.chain.utf8))
    let authorities = try CertificateChain(pem: Array(answer.authorities.utf8))
    let (leaf, time) = (chain.leaf, clock.now)
    let trusted = authorities.certificates
    let (keyID, leads) = (try key.id(), try chain.leads(to: trusted, atAnyTime: true))
    let isRight =
      leads && leaf.keyID == keyID && leaf.subject == .node(node ?? answer.nodeID)
      && leaf.begins <= time && time < leaf.expires
      && (earlier.map { $0.expires < leaf.expires } ?? true)
      && (fingerprint == nil || trusted.contains { $0.fingerprint == fingerprint })
    guard isRight else {
      throw RoostError(
        .internal,
        "The controller's answer is no certificate that this node can use.",
        operator: "it names \(leaf.subject?.uri ?? "nobody"), from \(leaf.begins.iso8601) to "
          + "\(leaf.expires.iso8601)")
    }
    try disk.replace(issued.authorities, with: try authorities.pem(), mode: 0o644)
    try disk.replace(issued.certificate, with: try key.pem() + chain.pem(), mode: 0o600)
    try disk.remove(pendingKey)
    return leaf
  }

  private static func leaf(_ pem: [UInt8], _ file: String) throws(RoostError) -> Certificate {
    do throws(RoostError) {
      return try CertificateChain(pem: pem).leaf
    } catch {
      throw RoostError(
        .badRequest, "\(file) holds no certificate that can be read.", operator: error.operator,
        cause: error)
    }
  }
}
