// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol

extension Sample {
  private static let domainText =
    "instance_id: \(idText(1)) name: \"d\" power_state: 1 \(generationText)"
  private static let domain: SurveyReply.Domain = made {
    $0.instanceID = id(1)
    $0.name = "d"
    $0.powerState = 1
    $0.generation = generation
  }
  private static let tapText = "name: \"tap04040404-04\" port_id: \(idText(4))"
  private static let tap: SurveyReply.Tap = made {
    $0.name = "tap04040404-04"
    $0.portID = id(4)
  }
  private static let diskText = "instance_id: \(idText(1)) path: \"/d\""
  private static let disk: SurveyReply.Disk = made {
    $0.instanceID = id(1)
    $0.path = "/d"
  }

  static let inspection: [Sample] = [
    Sample(
      "ConsoleLogRequest", "instance_id: \(idText(1)) lines: 36",
      made { (request: inout ConsoleLogRequest) in
        request.instanceID = id(1)
        request.lines = 36
      }),
    Sample(
      "ConsoleLogReply", "output: \"login: \\377\"",
      made { (reply: inout ConsoleLogReply) in reply.output = Array("login: ".utf8) + [255] }),
    Sample("SurveyRequest", "", SurveyRequest()),
    Sample("SurveyReply.Domain", domainText, domain),
    Sample("SurveyReply.Tap", tapText, tap),
    Sample("SurveyReply.Disk", diskText, disk),
    Sample(
      "SurveyReply",
      """
      domains { \(domainText) } domains { name: "foreign" } taps { \(tapText) }
      disks { \(diskText) } journal { instance_id: \(idText(1)) \(generationText) }
      """,
      made { (reply: inout SurveyReply) in
        reply.domains = [domain, made { $0.name = "foreign" }]
        reply.taps = [tap]
        reply.disks = [disk]
        reply.journal = [
          made {
            $0.instanceID = id(1)
            $0.generation = generation
          }
        ]
      }),
  ]
}
