// SPDX-License-Identifier: Apache-2.0

/// How a call ended when it didn't end well: gRPC's codes, with a message for the operator.
///
/// Source: the gRPC status code table (grpc/doc/statuscodes.md).
public struct WireStatus: Error, Hashable, Sendable, CustomStringConvertible {
  /// The numbers are gRPC's and travel on the wire.
  public enum Code: UInt8, Sendable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16
  }

  /// Which kind of failure.
  public let code: Code
  /// What happened, for a person.
  public let message: String

  /// Makes a status.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code): \(message)" }
}
