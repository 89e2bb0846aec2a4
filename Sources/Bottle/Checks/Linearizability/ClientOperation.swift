// SPDX-License-Identifier: Apache-2.0

/// What a client asks about one server.
public enum ClientRequest: Hashable, Sendable {
  /// To make it with this name.
  case create(String)
  /// To see it.
  case get
  /// To give it another name.
  case rename(String)
  /// To delete it.
  case delete
  /// To see all servers, of which it is or is not one.
  case list
}

/// What a client is told.
public enum ClientAnswer: Hashable, Sendable {
  /// What was asked for is done, or certain to be done.
  case done
  /// It is not done and will not be.
  case refused
  /// There is no such server.
  case absent
  /// It is there, with this name where names are shown.
  case found(String?)
}

/// A request and, if one came, its answer. Without one it may take effect at any time after it was
/// asked, or never.
public struct ClientOperation: Hashable, Sendable {
  /// Who asked.
  public let client: String
  /// What was asked for.
  public let request: ClientRequest
  /// Which server it is about.
  public let key: String
  /// When it was asked, since the start of the run.
  public let asked: Duration
  /// What was answered; nil for a request that was given up, or answered by an error that leaves open
  /// whether it was done.
  public internal(set) var answer: ClientAnswer?
  /// When the answer came; nil without one.
  public internal(set) var answered: Duration?
  /// When it was asked and answered among all that was asked and answered.
  var askedOrder: Int
  var answeredOrder: Int?
}

extension ClientOperation: CustomStringConvertible {
  /// One line: `0:00:01.000000 to 0:00:01.200000  tenant-1  create "web": done`.
  public var description: String {
    let end = answered.map { "to \($0.clockText)" } ?? "with no answer"
    return "\(asked.clockText) \(end)  \(client)  \(request): "
      + (answer.map { "\($0)" } ?? "nothing was heard")
  }
}

extension ClientRequest: CustomStringConvertible {
  /// As a person says it: `rename to "web"`.
  public var description: String {
    switch self {
    case .create(let name): "create \"\(name.onOneLine)\""
    case .get: "get"
    case .rename(let name): "rename to \"\(name.onOneLine)\""
    case .delete: "delete"
    case .list: "list"
    }
  }
}

extension ClientAnswer: CustomStringConvertible {
  /// As a person says it: `found "web"`.
  public var description: String {
    switch self {
    case .done: "done"
    case .refused: "refused"
    case .absent: "absent"
    case .found(let name): name.map { "found \"\($0.onOneLine)\"" } ?? "found"
    }
  }
}
