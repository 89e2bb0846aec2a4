// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import CloudModel
import Crypto
import Database
import Fleet
import Log
import NodeProtocol
import Store
import Wire

extension NodeAccess {
  /// Certificates of one node that hold at one time; an agent has two of them at most.
  private static let mostCertificates = 16

  /// Gives whoever has a token a node's first certificate.
  func enrol(_ request: EnrolRequest, from address: String?) async throws(RoostError)
    -> IssuedCertificate
  {
    do throws(RoostError) {
      return try await redeem(request, from: address)
    } catch {
      log.warning("refused to enrol \(address ?? "a peer without an address"): \(error)")
      throw error
    }
  }

  private func redeem(_ request: EnrolRequest, from address: String?) async throws(RoostError)
    -> IssuedCertificate
  {
    let issuer = try requireIssuer()
    guard request.secret.count == EnrolmentToken.secretSize,
      (1...255).contains(request.hostName.utf8.count)
    else {
      throw RoostError(
        .badRequest,
        "An enrolment has a secret of \(EnrolmentToken.secretSize) bytes and a host name of 1 to 255."
      )
    }
    let secretHash = hash.mac(request.secret)
    // Only a token that is on record makes anything costlier than a look at the store.
    let isKnown = try await store.read { (tx) throws(RoostError) in
      try tx.enrolment(secretHash: secretHash) != nil
    }
    guard isKnown else { throw Self.unknownToken }
    let wanted = try CertificateRequest(der: request.certificateRequest)
    let asked = EnrolmentRule.Request(
      keyID: wanted.keyID, node: request.nodeID == .zero ? nil : request.nodeID,
      hostName: request.hostName)
    let now = clock.now
    let fresh = NodeID.random(from: randomness)
    let (enrolment, certificate) = try await store.write {
      (tx) throws(RoostError) -> (EnrolmentID, NodeCertificate) in
      guard let enrolment = try tx.enrolment(secretHash: secretHash) else {
        throw Self.unknownToken
      }
      let verdict = EnrolmentRule.judge(
        enrolment, asked, isKnown: try asked.node.map(tx.isKnown) ?? false, at: now)
      switch verdict {
      case .refuse(let kind, let why): throw RoostError(kind, why)
      case .repeated(let serial):
        guard let earlier = try tx.certificate(serial), earlier.revokedAt == nil,
          now < earlier.expires
        else {
          throw RoostError(
            .unauthorized, "The token was used, and the certificate it made is good no more.")
        }
        return (enrolment.id, earlier)
      case .issue(let node):
        let certificate = try issue(
          to: node ?? fresh, wanted, .enrolment(enrolment.id), by: issuer, tx, at: now)
        let use = Enrolment.Use(
          at: now, address: address, serial: certificate.serial, keyID: wanted.keyID)
        guard try tx.use(enrolment.id, for: certificate.node, use) else {
          throw Self.unknownToken
        }
        return (enrolment.id, certificate)
      }
    }
    log.info(
      "enrolled by \(enrolment) from \(address ?? "an unknown address"): certificate "
        + "\(certificate.serial) until \(certificate.expires.iso8601)", [.node: certificate.node])
    return IssuedCertificate(certificate, authorities: issuer.authorities)
  }

  private static let unknownToken = RoostError(
    .unauthorized,
    "The token is not known here: it was deleted, was forgotten after its end, or is of another "
      + "controller.")

  /// Gives a node the certificate that is to follow the one it is connected with. The same key gets the
  /// same certificate.
  func renew(_ peer: PeerIdentity, of node: NodeID, _ request: RenewCertificateRequest)
    async throws(RoostError) -> RenewedCertificate
  {
    do throws(RoostError) {
      let issuer = try requireIssuer()
      let wanted = try CertificateRequest(der: request.certificateRequest)
      let now = clock.now
      let certificate = try await store.write { (tx) throws(RoostError) -> NodeCertificate in
        // A revocation that was committed since the call began counts.
        if let why = admission.refusal(of: peer) { throw RoostError(.forbidden, why) }
        let good = try tx.certificates(of: node).filter { $0.revokedAt == nil && now < $0.expires }
        if let earlier = good.first(where: { $0.keyID == wanted.keyID }) { return earlier }
        guard good.count < Self.mostCertificates else {
          throw RoostError(
            .conflict,
            "The node has \(good.count) certificates that hold, which is as many as it may have.")
        }
        return try issue(
          to: node, wanted, .renewal(of: peer.serial ?? ""), by: issuer, tx, at: now)
      }
      log.info(
        "renewed: certificate \(certificate.serial) until \(certificate.expires.iso8601)",
        [.node: node])
      return RenewedCertificate(
        certificate: IssuedCertificate(certificate, authorities: issuer.authorities),
        expires: certificate.expires)
    } catch {
      log.warning("did not renew the node's certificate: \(error)", [.node: node])
      throw error
    }
  }

  private func issue(
    to node: NodeID, _ request: CertificateRequest, _ origin: NodeCertificate.Origin,
    by issuer: Issuer, _ tx: Transaction, at now: Timestamp
  ) throws(RoostError) -> NodeCertificate {
    let (made, chain) = try issuer.authority.issue(
      .node(node), to: request, life: issuer.lifetime)
    let certificate = NodeCertificate(
      serial: made.serial, node: node, keyID: request.keyID, begins: made.begins,
      expires: made.expires, issuedAt: now, origin: origin,
      chain: String(decoding: chain, as: UTF8.self))
    try tx.forgetCertificates(endedBefore: now + Self.memory * -1)
    try tx.insert(certificate)
    admission.admit(certificate.serial, of: node)
    return certificate
  }
}

extension Transaction {
  /// Whether anything is on record of a node.
  fileprivate func isKnown(_ node: NodeID) throws(RoostError) -> Bool {
    if try self.node(node) != nil { return true }
    if try revocation(of: node) != nil { return true }
    return try !certificates(of: node).isEmpty
  }
}

extension IssuedCertificate {
  fileprivate init(_ certificate: NodeCertificate, authorities: String) {
    self.init()
    nodeID = certificate.node
    chain = certificate.chain
    self.authorities = authorities
  }
}
