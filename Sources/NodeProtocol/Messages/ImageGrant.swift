// SPDX-License-Identifier: Apache-2.0

public import Base

/// `GrantImageRequest` of `node.proto`.
public struct GrantImageRequest: Message {
  public var imageID = ImageID.zero
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, imageID)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: imageID = try reader.id(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `GrantImageReply` of `node.proto`.
public struct GrantImageReply: Message {
  public var url = ""
  /// Hex SHA-256 of the bytes behind the URL, and their count.
  public var sha256 = ""
  public var sizeBytes: UInt64 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.text(1, url)
    writer.text(2, sha256)
    writer.number(3, sizeBytes)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: url = try reader.text(field)
    case 2: sha256 = try reader.text(field)
    case 3: sizeBytes = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
