// SPDX-License-Identifier: Apache-2.0

public import Base

/// `ResumeRequest` of `node.proto`.
public struct ResumeRequest: Message {
  /// `held` has what is held in the buckets of `namedBuckets`, and nothing else.
  public var registration = RegisterRequest()
  /// Digest of what is held, 256 bytes.
  public var heldDigest: [UInt8] = []
  /// Digest of what was last observed of each instance, 256 bytes.
  public var observedDigest: [UInt8] = []
  /// Bit n is set when `registration.held` names all that is held in bucket n.
  public var namedBuckets: UInt32 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.message(1, registration)
    writer.data(2, heldDigest)
    writer.data(3, observedDigest)
    writer.number(4, namedBuckets)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: registration = try reader.message(field)
    case 2: heldDigest = try reader.data(field)
    case 3: observedDigest = try reader.data(field)
    case 4: namedBuckets = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `ResumeReply` of `node.proto`.
public struct ResumeReply: Message {
  /// How long the controller counts the node as up after a heartbeat.
  public var leaseMS: UInt32 = 0
  /// Not registered: too many are being registered now. 0 when that is not so.
  public var retryAfterMS: UInt32 = 0
  /// Not registered: what is held in these buckets must be named. 0 when that is not so.
  public var wantedBuckets: UInt32 = 0
  /// Registered. The buckets whose recorded reports are listed.
  public var recordedBuckets: UInt32 = 0
  /// All that the controller has recorded in those buckets.
  public var recorded: [RecordedReport] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.number(1, leaseMS)
    writer.number(2, retryAfterMS)
    writer.number(3, wantedBuckets)
    writer.number(4, recordedBuckets)
    writer.repeated(5, recorded)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: leaseMS = try reader.number(field)
    case 2: retryAfterMS = try reader.number(field)
    case 3: wantedBuckets = try reader.number(field)
    case 4: recordedBuckets = try reader.number(field)
    case 5: try reader.append(field, to: &recorded)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// The newest report of an instance that the controller has recorded.
public struct RecordedReport: Message {
  public var instanceID = InstanceID.zero
  /// Hash of the observation, 16 bytes.
  public var digest: [UInt8] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, instanceID)
    writer.data(2, digest)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: instanceID = try reader.id(field)
    case 2: digest = try reader.data(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
