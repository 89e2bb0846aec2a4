// SPDX-License-Identifier: Apache-2.0

public import Base

/// `ConsoleLogRequest` of `node.proto`.
public struct ConsoleLogRequest: Message {
  public var instanceID = InstanceID.zero
  /// 0 asks for all that is kept.
  public var lines: UInt32 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, instanceID)
    writer.number(2, lines)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: instanceID = try reader.id(field)
    case 2: lines = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `ConsoleLogReply` of `node.proto`.
public struct ConsoleLogReply: Message {
  public var output: [UInt8] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.data(1, output)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: output = try reader.data(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `SurveyRequest` of `node.proto`.
public struct SurveyRequest: Message {
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

/// `SurveyReply` of `node.proto`: a part of a survey.
public struct SurveyReply: Message {
  /// `SurveyReply.Domain` of `node.proto`.
  public struct Domain: Message {
    /// Empty when the domain isn't Roost's.
    public var instanceID = InstanceID.zero
    public var name = ""
    public var powerState: UInt32 = 0
    public var generation = Generation.zero
    public var unknownFields = UnknownFields()

    public init() {}

    public func encode(into writer: inout ProtobufWriter) {
      writer.id(1, instanceID)
      writer.text(2, name)
      writer.number(3, powerState)
      writer.generation(4, generation)
      writer.unknown(unknownFields)
    }

    public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
      throws(ProtobufError)
    {
      switch field.number {
      case 1: instanceID = try reader.id(field)
      case 2: name = try reader.text(field)
      case 3: powerState = try reader.number(field)
      case 4: generation = try reader.generation(field)
      default: try reader.keep(field, in: &unknownFields)
      }
    }
  }

  /// `SurveyReply.Tap` of `node.proto`.
  public struct Tap: Message {
    public var name = ""
    /// The port it was made for, where the journal knows it.
    public var portID = PortID.zero
    public var unknownFields = UnknownFields()

    public init() {}

    public func encode(into writer: inout ProtobufWriter) {
      writer.text(1, name)
      writer.id(2, portID)
      writer.unknown(unknownFields)
    }

    public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
      throws(ProtobufError)
    {
      switch field.number {
      case 1: name = try reader.text(field)
      case 2: portID = try reader.id(field)
      default: try reader.keep(field, in: &unknownFields)
      }
    }
  }

  /// `SurveyReply.Disk` of `node.proto`.
  public struct Disk: Message {
    public var instanceID = InstanceID.zero
    public var path = ""
    public var unknownFields = UnknownFields()

    public init() {}

    public func encode(into writer: inout ProtobufWriter) {
      writer.id(1, instanceID)
      writer.text(2, path)
      writer.unknown(unknownFields)
    }

    public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
      throws(ProtobufError)
    {
      switch field.number {
      case 1: instanceID = try reader.id(field)
      case 2: path = try reader.text(field)
      default: try reader.keep(field, in: &unknownFields)
      }
    }
  }

  public var domains: [Domain] = []
  public var taps: [Tap] = []
  public var disks: [Disk] = []
  public var journal: [Held] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.repeated(1, domains)
    writer.repeated(2, taps)
    writer.repeated(3, disks)
    writer.repeated(4, journal)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: try reader.append(field, to: &domains)
    case 2: try reader.append(field, to: &taps)
    case 3: try reader.append(field, to: &disks)
    case 4: try reader.append(field, to: &journal)
    default: try reader.keep(field, in: &unknownFields)
    }
  }

  /// Adds another part.
  public mutating func add(_ part: SurveyReply) {
    domains += part.domains
    taps += part.taps
    disks += part.disks
    journal += part.journal
  }

  /// The same in parts of at most `size` things of a kind each; an empty survey has one empty part.
  public func parts(of size: Int) -> [SurveyReply] {
    let things = [domains.count, taps.count, disks.count, journal.count].max() ?? 0
    return stride(from: 0, to: max(1, things), by: size).map { start in
      var part = SurveyReply()
      part.domains = Array(domains.dropFirst(start).prefix(size))
      part.taps = Array(taps.dropFirst(start).prefix(size))
      part.disks = Array(disks.dropFirst(start).prefix(size))
      part.journal = Array(journal.dropFirst(start).prefix(size))
      return part
    }
  }
}
