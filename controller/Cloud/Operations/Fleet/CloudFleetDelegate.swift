// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
import Database
public import Fleet
public import NodeProtocol
import Store
public import Wire

extension Cloud: FleetDelegate {
  public func register(
    _ node: NodeID, _ request: RegisterRequest, from address: String?
  ) async throws(RoostError) -> [Desired] {
    try await recordRegistration(node, request, from: address)
  }

  public func resume(
    _ node: NodeID, _ resumption: Resumption, from address: String?
  ) async throws(RoostError) -> ResumptionOutcome {
    try await recordResumption(node, resumption, from: address)
  }

  public func observe(_ node: NodeID, _ observations: [Observation]) async throws(RoostError) {
    try await recordObservations(node, observations)
  }

  public func enrol(_ request: EnrolRequest, from address: String?) async throws(RoostError)
    -> IssuedCertificate
  {
    try await access.enrol(request, from: address)
  }

  public func renewCertificate(
    of peer: PeerIdentity, _ node: NodeID, _ request: RenewCertificateRequest
  ) async throws(RoostError) -> RenewedCertificate {
    try await access.renew(peer, of: node, request)
  }

  public func grantImage(_ image: ImageID, to node: NodeID) async throws(RoostError)
    -> GrantImageReply
  {
    crashPoints.reach(.grantImageBefore)
    // A node that has fallen into wrong hands must not open every image of the cloud.
    let isNeeded = try await store.read { (tx) throws(RoostError) in
      try tx.hasServer(from: image, on: node)
    }
    guard isNeeded else {
      throw RoostError(.forbidden, "No server on this node is built from image \(image).")
    }
    let grant = try await images.grant(image)
    var reply = GrantImageReply()
    reply.url = "\(settings.apiURL)/image/v2/grants/\(grant.token)"
    reply.sha256 = grant.content.sha256
    reply.sizeBytes = UInt64(clamping: grant.content.size)
    crashPoints.reach(.grantImageAfter)
    return reply
  }
}
