// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol

extension Sample {
  private static let issuedText = """
    node_id: \(idText(3)) chain: "-----BEGIN" authorities: "-----END"
    """
  private static let issued: IssuedCertificate = made {
    $0.nodeID = id(3)
    $0.chain = "-----BEGIN"
    $0.authorities = "-----END"
  }

  static let certificates: [Sample] = [
    Sample("IssuedCertificate", issuedText, issued),
    Sample(
      "EnrolRequest",
      "secret: \"\\001\\002\" certificate_request: \"\\060\" node_id: \(idText(3)) host_name: \"höst\"",
      made { (request: inout EnrolRequest) in
        request.secret = [1, 2]
        request.certificateRequest = [0x30]
        request.nodeID = id(3)
        request.hostName = "höst"
      }),
    Sample(
      "EnrolReply", "certificate { \(issuedText) }",
      made { (reply: inout EnrolReply) in reply.certificate = issued }),
    Sample(
      "RenewCertificateRequest", "certificate_request: \"\\060\\001\"",
      made { (request: inout RenewCertificateRequest) in
        request.certificateRequest = [0x30, 1]
      }),
    Sample(
      "RenewCertificateReply", "certificate { \(issuedText) }",
      made { (reply: inout RenewCertificateReply) in reply.certificate = issued }),
  ]
}
