// SPDX-License-Identifier: Apache-2.0

public import Base

/// `RegisterRequest` of `node.proto`.
public struct RegisterRequest: Message {
  public var hostName = ""
  public var agentVersion = ""
  public var inventory = Inventory()
  public var held: [Held] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.text(1, hostName)
    writer.text(2, agentVersion)
    writer.message(3, inventory)
    writer.repeated(4, held)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: hostName = try reader.text(field)
    case 2: agentVersion = try reader.text(field)
    case 3: inventory = try reader.message(field)
    case 4: try reader.append(field, to: &held)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// One instance in the node's journal.
public struct Held: Message {
  public var instanceID = InstanceID.zero
  public var generation = Generation.zero
  /// What the node was told last; `.unspecified` of a guest that its journal does not hold.
  public var target = Desired.Target.unspecified
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, instanceID)
    writer.generation(2, generation)
    writer.number(3, target.rawValue)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: instanceID = try reader.id(field)
    case 2: generation = try reader.generation(field)
    case 3: target = Desired.Target(rawValue: try reader.number(field)) ?? .unspecified
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `RegisterReply` of `node.proto`.
public struct RegisterReply: Message {
  /// How long the controller counts the node as up after a heartbeat.
  public var leaseMS: UInt32 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.number(1, leaseMS)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: leaseMS = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `HeartbeatRequest` of `node.proto`.
public struct HeartbeatRequest: Message {
  public var sequence: UInt64 = 0
  /// Why the node's hypervisor can't be used now; empty while it answers.
  public var hypervisorUnavailable = ""
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.number(1, sequence)
    writer.text(2, hypervisorUnavailable)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: sequence = try reader.number(field)
    case 2: hypervisorUnavailable = try reader.text(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `HeartbeatReply` of `node.proto`.
public struct HeartbeatReply: Message {
  public var leaseMS: UInt32 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.number(1, leaseMS)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: leaseMS = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
