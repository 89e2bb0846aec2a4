// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Wire

extension ServiceTable {
  /// Serves what agents get certificates by.
  mutating func serveCredentials(of fleet: Fleet, _ delegate: any FleetDelegate) {
    on(EnrolmentMethods.Enrol.self) {
      (request: EnrolRequest, peer: any WirePeer) async throws(WireStatus) -> EnrolReply in
      guard await fleet.admitsCall(of: peer) else {
        throw WireStatus(.resourceExhausted, "a peer without a certificate has one call")
      }
      var reply = EnrolReply()
      reply.certificate = try await recorded {
        () async throws(RoostError) in try await delegate.enrol(request, from: peer.address)
      }
      return reply
    }
    on(ControllerMethods.RenewCertificate.self) {
      (request: RenewCertificateRequest, peer: any WirePeer) async throws(WireStatus)
        -> RenewCertificateReply in
      let node = try await fleet.registeredSpeaker(peer)
      let renewed = try await recorded {
        () async throws(RoostError) in
        try await delegate.renewCertificate(of: peer.identity, node, request)
      }
      await fleet.renewed(node, peer: peer, until: renewed.expires)
      var reply = RenewCertificateReply()
      reply.certificate = renewed.certificate
      return reply
    }
  }
}
