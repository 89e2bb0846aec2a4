// SPDX-License-Identifier: Apache-2.0

import NodeProtocol

extension Sample {
  private static let recordedText = "instance_id: \(idText(3)) digest: \"\\000\\377\""
  private static let recorded: RecordedReport = made {
    $0.instanceID = id(3)
    $0.digest = [0, 255]
  }

  /// The messages of an agent that comes back.
  static let resumption: [Sample] = [
    Sample("RecordedReport", recordedText, recorded),
    Sample(
      "ResumeRequest",
      """
      registration { host_name: "host" inventory {} held { instance_id: \(idText(7)) } }
      held_digest: "\\001\\002" observed_digest: "\\003" named_buckets: 32769
      """,
      made { (request: inout ResumeRequest) in
        request.registration = made {
          $0.hostName = "host"
          $0.held = [made { $0.instanceID = id(7) }]
          $0.inventory = Inventory()
        }
        request.heldDigest = [1, 2]
        request.observedDigest = [3]
        request.namedBuckets = 0x8001
      }),
    Sample(
      "ResumeReply",
      """
      lease_ms: 15000 retry_after_ms: 250 wanted_buckets: 3 recorded_buckets: 4
      recorded { \(recordedText) }
      """,
      made { (reply: inout ResumeReply) in
        reply.leaseMS = 15000
        reply.retryAfterMS = 250
        reply.wantedBuckets = 3
        reply.recordedBuckets = 4
        reply.recorded = [recorded]
      }),
  ]
}
