// SPDX-License-Identifier: Apache-2.0

public import Base

/// Who asks: what a verified token says, carried with every operation.
public struct Caller: Hashable, Sendable {
  /// The user, and its name for records.
  public let user: UserID
  public let userName: String
  /// The project the token is scoped to.
  public let project: ProjectID
  public let projectName: String
  /// Role names within that project, sorted.
  public let roles: [String]
  /// `req-…`, in the answer's header and in every log line.
  public let requestID: String

  /// Made from a verified token.
  public init(
    user: UserID, userName: String, project: ProjectID, projectName: String, roles: [String],
    requestID: String
  ) {
    self.user = user
    self.userName = userName
    self.project = project
    self.projectName = projectName
    self.roles = roles
    self.requestID = requestID
  }

  /// May act on every project's things and on the fleet.
  public var isAdmin: Bool { roles.contains("admin") }
  /// May change things in its own project. (`reader` alone may only look.)
  public var mayWrite: Bool { isAdmin || roles.contains("member") }
}
