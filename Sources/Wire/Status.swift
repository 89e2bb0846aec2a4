// SPDX-License-Identifier: Apache-2.0

/// How a call ended when it didn't end well: gRPC's codes, with a message for the operator and
/// typed details for programs.
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

  /// A message that says more, as `google.rpc.Status` carries them: the type tells who reads it.
  public struct Detail: Hashable, Sendable {
    /// The message's full name, `roost.node.v1.RetryInfo`.
    public let type: String
    /// In protobuf wire format.
    public let message: [UInt8]

    /// A detail of at most 65,535 bytes whose type's name has at most 255.
    public init(type: String, message: [UInt8]) {
      self.type = type
      self.message = message
    }
  }

  /// Which kind of failure.
  public let code: Code
  /// What happened, for a person.
  public let message: String
  /// What a program may want to know, in the order of importance.
  public let details: [Detail]

  /// Makes a status.
  public init(_ code: Code, _ message: String, details: [Detail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  public var description: String { "\(code): \(message)" }
}

/// The payload of `status`, `reset` and `goAway`: code (1), text behind its length (2), the number
/// of details (1), each with its type behind its length (1) and its bytes behind theirs (2), then
/// metadata to the end.
struct Ending: Hashable, Sendable {
  /// Longer texts are cut.
  static let maximumText = 4096
  /// Details that would exceed this together, in bytes, are left out.
  static let maximumDetails = 8 << 10

  var status: WireStatus
  var metadata = WireMetadata()

  func encode(into bytes: inout [UInt8]) {
    bytes.append(status.code.rawValue)
    bytes.append(long: status.message.utf8.prefix(Self.maximumText))
    let details = sentDetails
    bytes.append(UInt8(details.count))
    for detail in details {
      bytes.append(short: detail.type)
      bytes.append(long: detail.message)
    }
    metadata.encode(into: &bytes)
  }

  private var sentDetails: ArraySlice<WireStatus.Detail> {
    var size = 0
    return status.details.prefix(Int(UInt8.max)).prefix { detail in
      size += 3 + detail.type.utf8.count + detail.message.count
      return size <= Self.maximumDetails && detail.type.utf8.count <= UInt8.max
    }
  }

  init(_ status: WireStatus, metadata: WireMetadata = WireMetadata()) {
    self.status = status
    self.metadata = metadata
  }

  /// Reads what is left of a payload.
  init(from reader: inout PayloadReader, metadataLimit: Int) throws(ProtocolViolation) {
    // A code that a newer peer knows and this end doesn't is still a failure.
    let code = WireStatus.Code(rawValue: try reader.number(UInt8.self)) ?? .unknown
    let text = String(decoding: try reader.longBytes().prefix(Self.maximumText), as: UTF8.self)
    var details: [WireStatus.Detail] = []
    for _ in 0..<(try reader.number(UInt8.self)) {
      details.append(
        WireStatus.Detail(type: try reader.shortText(), message: Array(try reader.longBytes())))
    }
    status = WireStatus(code, text, details: details)
    metadata = try WireMetadata(from: &reader, limit: metadataLimit)
  }
}
