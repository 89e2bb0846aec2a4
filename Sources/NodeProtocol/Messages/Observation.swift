// SPDX-License-Identifier: Apache-2.0

public import Base

/// `ReportRequest` of `node.proto`.
public struct ReportRequest: Message {
  public var observations: [Observation] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.repeated(1, observations)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: try reader.append(field, to: &observations)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `ReportReply` of `node.proto`.
public struct ReportReply: Message {
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    try reader.keep(field, in: &unknownFields)
  }
}

/// What became of one instance on this node.
public struct Observation: Message {
  /// How far the node has come. Its first case is what an absent field means.
  public enum Phase: UInt32, Sendable, CaseIterable {
    case unspecified = 0
    /// Steps are under way; `step` says which.
    case working = 1
    /// What was wanted at `generation` is so.
    case settled = 2
    /// It can't be made so; `failure` says why. Nothing half-made remains.
    case failed = 3
    /// Nothing of it exists any more on this node.
    case gone = 4
  }

  public var instanceID = InstanceID.zero
  public var generation = Generation.zero
  public var phase = Phase.unspecified
  public var step = ""
  public var failure = ""
  /// Nova's power states: 0 no state, 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended.
  public var powerState: UInt32 = 0
  /// As libvirt pinned them at the first boot.
  public var machineType = ""
  public var domainName = ""
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, instanceID)
    writer.generation(2, generation)
    writer.number(3, phase.rawValue)
    writer.text(4, step)
    writer.text(5, failure)
    writer.number(6, powerState)
    writer.text(7, machineType)
    writer.text(8, domainName)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: instanceID = try reader.id(field)
    case 2: generation = try reader.generation(field)
    case 3: phase = Phase(rawValue: try reader.number(field)) ?? .unspecified
    case 4: step = try reader.text(field)
    case 5: failure = try reader.text(field)
    case 6: powerState = try reader.number(field)
    case 7: machineType = try reader.text(field)
    case 8: domainName = try reader.text(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
