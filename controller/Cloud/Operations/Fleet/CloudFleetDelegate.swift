// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
public import Fleet
public import NodeProtocol

extension Cloud: FleetDelegate {
  public func register(_ node: NodeID, _ request: RegisterRequest) async throws(RoostError)
    -> [Desired]
  {
    try await recordRegistration(node, request)
  }

  public func observe(_ node: NodeID, _ observations: [Observation]) async throws(RoostError) {
    try await recordObservations(node, observations)
  }

  public func grantImage(_ image: ImageID, to node: NodeID) async throws(RoostError)
    -> GrantImageReply
  {
    crashPoints.reach(.grantImageBefore)
    let grant = try await images.grant(image)
    var reply = GrantImageReply()
    reply.url = "\(settings.apiURL)/image/v2/grants/\(grant.token)"
    reply.sha256 = grant.content.sha256
    reply.sizeBytes = UInt64(clamping: grant.content.size)
    crashPoints.reach(.grantImageAfter)
    return reply
  }
}
