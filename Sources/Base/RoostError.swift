// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The one error type of Roost.
///
/// What the user may read and what the operator needs are kept apart: the API prints `user`, the
/// log prints all of it. Each service's fault format is made from this in one place.
public struct RoostError: Error, Sendable {
  /// What went wrong, in the terms that decide a status code.
  public enum Kind: String, Sendable, CaseIterable {
    /// The request is malformed or breaks a documented rule.
    case badRequest
    /// No or no valid credentials.
    case unauthorized
    /// Valid credentials that may not do this.
    case forbidden
    /// What was named does not exist, or the caller may not know of it.
    case notFound
    /// The thing exists but its state, or another's use of it, stands against the request.
    case conflict
    /// A body, a file or a number is over its limit.
    case tooLarge
    /// The project's quota is used up.
    case overQuota
    /// The method or media type isn't served here.
    case notAllowed
    /// A version outside the range that is served.
    case notAcceptable
    /// A part that is needed does not answer now; the same request may succeed later.
    case unavailable
    /// A deadline passed before the work ended; it may still end.
    case deadlineExceeded
    /// The caller gave up.
    case cancelled
    /// A fault of Roost's own or of the machine.
    case `internal`
  }

  /// What decides the status code.
  public let kind: Kind
  /// A sentence the API may show: names the field, the value and what is allowed.
  public let user: String
  /// What an operator needs beyond that; never shown to a tenant.
  public let `operator`: String?
  /// The field at fault, as a path like `server.flavorRef`.
  public let field: String?
  /// What lay beneath, flattened when it crosses a process.
  public let cause: (any Error)?

  /// Makes an error. `user` must be fit for a tenant's eyes.
  public init(
    _ kind: Kind, _ user: String, operator: String? = nil, field: String? = nil,
    cause: (any Error)? = nil
  ) {
    self.kind = kind
    self.user = user
    self.operator = `operator`
    self.field = field
    self.cause = cause
  }
}

extension RoostError: CustomStringConvertible {
  /// For logs: everything that is known, on one line.
  public var description: String {
    var text = "\(kind.rawValue): \(user)"
    if let field { text += " [field \(field)]" }
    if let detail = `operator` { text += " (\(detail))" }
    if let cause { text += "; because \(cause)" }
    return text
  }
}

extension RoostError {
  /// Any error as a `RoostError`: itself, a cancellation, or an internal fault with a cause.
  public static func wrapping(_ error: any Error) -> RoostError {
    switch error {
    case let known as RoostError: known
    case is CancellationError: RoostError(.cancelled, "The request was cancelled.")
    default:
      RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "\(error)", cause: error)
    }
  }

  /// A system call's failure: `operation` says what was tried, on what.
  public static func system(_ operation: String, errno code: Int32) -> RoostError {
    let isFull = code == ENOSPC || code == EDQUOT
    return RoostError(
      .internal,
      isFull
        ? "The disk of the machine that serves this is full."
        : "An internal error occurred; the operator's log has the details.",
      operator: "\(operation): \(systemErrorText(code))")
  }
}
