// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel

/// Callers as a token would name them; they need no users in a store.
public enum TestCallers {
  /// An administrator in the project `admin`.
  public static let admin = caller(1, "admin", project: 1, roles: ["admin", "member", "reader"])
  /// A member of the project `demo`.
  public static let member = caller(2, "member", project: 2, roles: ["member", "reader"])
  /// Somebody who may only look at the project `demo`.
  public static let reader = caller(3, "reader", project: 2, roles: ["reader"])
  /// A member of another project.
  public static let stranger = caller(4, "stranger", project: 3, roles: ["member", "reader"])

  private static func caller(_ user: UInt8, _ name: String, project: UInt8, roles: [String])
    -> Caller
  {
    Caller(
      user: numbered(user), userName: name, project: numbered(project),
      projectName: ["admin", "demo", "other"][Int(project) - 1], roles: roles,
      requestID: "req-\(name)")
  }
}

extension Caller {
  /// The same caller with another request.
  public func asking(_ requestID: String) -> Caller {
    Caller(
      user: user, userName: userName, project: project, projectName: projectName, roles: roles,
      requestID: requestID)
  }
}

/// An id that a person can tell from others in a failure's text.
public func numbered<Tag>(_ number: UInt8) -> Identifier<Tag> {
  Identifier(uuidBytes: [UInt8](repeating: 0, count: 15) + [number]) ?? .zero
}
