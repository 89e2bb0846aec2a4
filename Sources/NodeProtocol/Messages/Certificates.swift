// SPDX-License-Identifier: Apache-2.0

public import Base

/// `EnrolRequest` of `node.proto`.
public struct EnrolRequest: Message {
  /// The token's secret. Nothing may log this message.
  public var secret: [UInt8] = []
  public var certificateRequest: [UInt8] = []
  /// The node whose state is on the host; zero where there is none yet.
  public var nodeID = NodeID.zero
  public var hostName = ""
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.data(1, secret)
    writer.data(2, certificateRequest)
    writer.id(3, nodeID)
    writer.text(4, hostName)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: secret = try reader.data(field)
    case 2: certificateRequest = try reader.data(field)
    case 3: nodeID = try reader.id(field)
    case 4: hostName = try reader.text(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `EnrolReply` of `node.proto`.
public struct EnrolReply: Message {
  public var certificate = IssuedCertificate()
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.message(1, certificate)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: certificate = try reader.message(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `RenewCertificateRequest` of `node.proto`.
public struct RenewCertificateRequest: Message {
  public var certificateRequest: [UInt8] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.data(1, certificateRequest)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: certificateRequest = try reader.data(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `RenewCertificateReply` of `node.proto`.
public struct RenewCertificateReply: Message {
  public var certificate = IssuedCertificate()
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.message(1, certificate)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: certificate = try reader.message(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `IssuedCertificate` of `node.proto`.
public struct IssuedCertificate: Message {
  public var nodeID = NodeID.zero
  /// PEM: the node's certificate, then those that lead from it towards a CA.
  public var chain = ""
  /// PEM: the CAs that the fleet trusts.
  public var authorities = ""
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, nodeID)
    writer.text(2, chain)
    writer.text(3, authorities)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: nodeID = try reader.id(field)
    case 2: chain = try reader.text(field)
    case 3: authorities = try reader.text(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
