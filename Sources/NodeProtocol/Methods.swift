// SPDX-License-Identifier: Apache-2.0

/// Served by the controller, called by agents. The caller is known by its certificate.
public enum ControllerMethods {
  /// The first call on a connection, of an agent that names all it holds.
  public enum Register: RemoteMethod {
    public typealias Request = RegisterRequest
    public typealias Reply = RegisterReply
    public static let name = "roost.node.v1.Controller/Register"
  }

  /// The first call on a connection, of an agent that names only what the controller does not know.
  public enum Resume: RemoteMethod {
    public typealias Request = ResumeRequest
    public typealias Reply = ResumeReply
    public static let name = "roost.node.v1.Controller/Resume"
  }

  /// Renews the lease; sent every third of it.
  public enum Heartbeat: RemoteMethod {
    public typealias Request = HeartbeatRequest
    public typealias Reply = HeartbeatReply
    public static let name = "roost.node.v1.Controller/Heartbeat"
  }

  /// Tells what is. An answer means it is recorded.
  public enum Report: RemoteMethod {
    public typealias Request = ReportRequest
    public typealias Reply = ReportReply
    public static let name = "roost.node.v1.Controller/Report"
  }

  /// Asks for a short-lived right to fetch an image.
  public enum GrantImage: RemoteMethod {
    public typealias Request = GrantImageRequest
    public typealias Reply = GrantImageReply
    public static let name = "roost.node.v1.Controller/GrantImage"
  }
}

/// Served by an agent, called by the controller.
public enum AgentMethods {
  /// Tells what should be. An answer means it is in the node's journal.
  public enum Apply: RemoteMethod {
    public typealias Request = ApplyRequest
    public typealias Reply = ApplyReply
    public static let name = "roost.node.v1.Agent/Apply"
  }

  /// The end of a guest's serial console.
  public enum ConsoleLog: RemoteMethod {
    public typealias Request = ConsoleLogRequest
    public typealias Reply = ConsoleLogReply
    public static let name = "roost.node.v1.Agent/ConsoleLog"
  }

  /// Lists everything of Roost's that exists on the node, for an audit.
  public enum Survey: RemoteMethod {
    public typealias Request = SurveyRequest
    public typealias Reply = SurveyReply
    public static let name = "roost.node.v1.Agent/Survey"
  }
}
