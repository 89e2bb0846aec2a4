// SPDX-License-Identifier: Apache-2.0

public import Base

/// One request about a server, and what became of it.
public struct InstanceAction: Sendable, Hashable {
  public var instance: InstanceID
  public var requestID: String
  /// `create`, `delete`.
  public var action: String
  public var user: UserID
  public var project: ProjectID
  /// `Error` or nothing.
  public var message: String?
  public var startedAt: Timestamp
  public var updatedAt: Timestamp
  /// The node's steps in order.
  public var events: [ActionEvent]

  /// A record with every field.
  public init(
    instance: InstanceID, requestID: String, action: String, user: UserID, project: ProjectID,
    message: String?, startedAt: Timestamp, updatedAt: Timestamp, events: [ActionEvent]
  ) {
    self.instance = instance
    self.requestID = requestID
    self.action = action
    self.user = user
    self.project = project
    self.message = message
    self.startedAt = startedAt
    self.updatedAt = updatedAt
    self.events = events
  }
}

/// One step of an action.
public struct ActionEvent: Sendable, Hashable {
  /// The reconciler's name of the step.
  public var name: String
  public var startedAt: Timestamp
  /// nil while it runs.
  public var finishedAt: Timestamp?
  /// `Success` or `Error`; nil while it runs.
  public var result: String?
  /// Why it failed.
  public var details: String?
  public var host: String?

  /// A record with every field.
  public init(
    name: String, startedAt: Timestamp, finishedAt: Timestamp?, result: String?,
    details: String?, host: String?
  ) {
    self.name = name
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.result = result
    self.details = details
    self.host = host
  }
}
