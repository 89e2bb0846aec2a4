// SPDX-License-Identifier: Apache-2.0

import NodeProtocol

/// Every message of `node.proto`; a test compares it with the schema. New ones go to the end: an
/// input's first byte names the message by its place.
let everyMessage: [any Message.Type] = [
  RegisterRequest.self, Held.self, RegisterReply.self, Inventory.self, NumaNode.self,
  HeartbeatRequest.self, HeartbeatReply.self, ReportRequest.self, ReportReply.self,
  Observation.self, GrantImageRequest.self, GrantImageReply.self, ApplyRequest.self,
  ApplyReply.self, Refusal.self, Desired.self, InstanceSpec.self, Image.self, Port.self,
  FixedAddress.self, ConfigDrive.self, ConfigDrive.File.self, ConsoleLogRequest.self,
  ConsoleLogReply.self, SurveyRequest.self, SurveyReply.self, SurveyReply.Domain.self,
  SurveyReply.Tap.self, SurveyReply.Disk.self, EnrolRequest.self, EnrolReply.self,
  RenewCertificateRequest.self, RenewCertificateReply.self, IssuedCertificate.self,
  ResumeRequest.self, ResumeReply.self, RecordedReport.self,
]
