// SPDX-License-Identifier: Apache-2.0

public import Base

/// `ApplyRequest` of `node.proto`.
public struct ApplyRequest: Message {
  public var desired: [Desired] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.repeated(1, desired)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: try reader.append(field, to: &desired)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `ApplyReply` of `node.proto`.
public struct ApplyReply: Message {
  public var refused: [Refusal] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.repeated(1, refused)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: try reader.append(field, to: &refused)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `Refusal` of `node.proto`.
public struct Refusal: Message {
  public var instanceID = InstanceID.zero
  public var reason = ""
  public var held = Generation.zero
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, instanceID)
    writer.text(2, reason)
    writer.generation(3, held)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: instanceID = try reader.id(field)
    case 2: reason = try reader.text(field)
    case 3: held = try reader.generation(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// What one instance should be on this node.
public struct Desired: Message {
  /// What is wanted of the instance. Its first case is what an absent field means.
  public enum Target: UInt32, Sendable, CaseIterable {
    case unspecified = 0
    case running = 1
    /// Revoked: remove the guest, its ports and its local disks.
    case absent = 2
    /// Defined, not running.
    case stopped = 3
  }

  public var instanceID = InstanceID.zero
  public var generation = Generation.zero
  public var target = Target.unspecified
  public var spec: InstanceSpec?
  /// The guest has run before: a missing disk is lost and not made anew.
  public var launched = false
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, instanceID)
    writer.generation(2, generation)
    writer.number(3, target.rawValue)
    writer.message(4, spec)
    writer.flag(5, launched)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: instanceID = try reader.id(field)
    case 2: generation = try reader.generation(field)
    case 3: target = Target(rawValue: try reader.number(field)) ?? .unspecified
    case 4: spec = try reader.message(field)
    case 5: launched = try reader.flag(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
