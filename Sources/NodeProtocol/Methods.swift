// SPDX-License-Identifier: Apache-2.0

public import Wire

/// Served by the controller, called by agents. The caller is known by its certificate.
public enum ControllerMethods {
  /// The first call on a connection, of an agent that names all it holds.
  public enum Register: RemoteMethod {
    public typealias Request = RegisterRequest
    public typealias Reply = RegisterReply
    public static let name = "roost.node.v1.Controller/Register"
    public static let callers = [PeerIdentity.Role.node]
  }

  /// The first call on a connection, of an agent that names only what the controller does not know.
  public enum Resume: RemoteMethod {
    public typealias Request = ResumeRequest
    public typealias Reply = ResumeReply
    public static let name = "roost.node.v1.Controller/Resume"
    public static let callers = [PeerIdentity.Role.node]
  }

  /// Renews the lease; sent every third of it.
  public enum Heartbeat: RemoteMethod {
    public typealias Request = HeartbeatRequest
    public typealias Reply = HeartbeatReply
    public static let name = "roost.node.v1.Controller/Heartbeat"
    public static let callers = [PeerIdentity.Role.node]
  }

  /// Tells what is. An answer means it is recorded.
  public enum Report: RemoteMethod {
    public typealias Request = ReportRequest
    public typealias Reply = ReportReply
    public static let name = "roost.node.v1.Controller/Report"
    public static let callers = [PeerIdentity.Role.node]
  }

  /// Asks for a short-lived right to fetch an image.
  public enum GrantImage: RemoteMethod {
    public typealias Request = GrantImageRequest
    public typealias Reply = GrantImageReply
    public static let name = "roost.node.v1.Controller/GrantImage"
    public static let callers = [PeerIdentity.Role.node]
  }

  /// Asks for the certificate that is to follow the caller's own.
  public enum RenewCertificate: RemoteMethod {
    public typealias Request = RenewCertificateRequest
    public typealias Reply = RenewCertificateReply
    public static let name = "roost.node.v1.Controller/RenewCertificate"
    public static let callers = [PeerIdentity.Role.node]
  }

  /// All of them, in the schema's order.
  public static let all: [any ServiceMethod.Type] = [
    Register.self, Resume.self, Heartbeat.self, Report.self, GrantImage.self,
    RenewCertificate.self,
  ]
}

/// Served by the controller to whoever has no certificate yet.
public enum EnrolmentMethods {
  /// Asks for a node's first certificate, with a token that an operator has made.
  public enum Enrol: RemoteMethod {
    public typealias Request = EnrolRequest
    public typealias Reply = EnrolReply
    public static let name = "roost.node.v1.Enrolment/Enrol"
    public static let callers = [PeerIdentity.Role.anonymous]
  }

  /// All of them, in the schema's order.
  public static let all: [any ServiceMethod.Type] = [Enrol.self]
}

/// Served by an agent, called by the controller.
public enum AgentMethods {
  /// Tells what should be. An answer means it is in the node's journal.
  public enum Apply: RemoteMethod {
    public typealias Request = ApplyRequest
    public typealias Reply = ApplyReply
    public static let name = "roost.node.v1.Agent/Apply"
    public static let callers = [PeerIdentity.Role.controller]
  }

  /// The end of a guest's serial console.
  public enum ConsoleLog: RemoteMethod {
    public typealias Request = ConsoleLogRequest
    public typealias Reply = ConsoleLogReply
    public static let name = "roost.node.v1.Agent/ConsoleLog"
    public static let callers = [PeerIdentity.Role.controller]
  }

  /// Lists everything of Roost's that exists on the node, for an audit, part by part.
  public enum Survey: StreamingMethod {
    public typealias Request = SurveyRequest
    public typealias Reply = SurveyReply
    public static let name = "roost.node.v1.Agent/Survey"
    public static let callers = [PeerIdentity.Role.controller]
  }

  /// All of them, in the schema's order.
  public static let all: [any ServiceMethod.Type] = [Apply.self, ConsoleLog.self, Survey.self]
}
