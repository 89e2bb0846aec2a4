// SPDX-License-Identifier: Apache-2.0

public import Base

/// `InstanceSpec` of `node.proto`.
public struct InstanceSpec: Message {
  public var name = ""
  public var hostName = ""
  public var vcpus: UInt32 = 0
  public var memoryMB: UInt64 = 0
  public var rootGB: UInt64 = 0
  public var image = Image()
  public var ports: [Port] = []
  public var configDrive = ConfigDrive()
  /// Start with vCPUs stopped; a benchmark asks for it.
  public var paused = false
  /// After a reboot of the host guests are started in rising order of this, then of their ids.
  public var startOrder: UInt32 = 0
  /// A reboot of the host leaves it off, instead of starting it if it ran.
  public var staysOffAfterReboot = false
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.text(1, name)
    writer.text(2, hostName)
    writer.number(3, vcpus)
    writer.number(4, memoryMB)
    writer.number(5, rootGB)
    writer.message(6, image)
    writer.repeated(7, ports)
    writer.message(8, configDrive)
    writer.flag(9, paused)
    writer.number(10, startOrder)
    writer.flag(11, staysOffAfterReboot)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: name = try reader.text(field)
    case 2: hostName = try reader.text(field)
    case 3: vcpus = try reader.number(field)
    case 4: memoryMB = try reader.number(field)
    case 5: rootGB = try reader.number(field)
    case 6: image = try reader.message(field)
    case 7: try reader.append(field, to: &ports)
    case 8: configDrive = try reader.message(field)
    case 9: paused = try reader.flag(field)
    case 10: startOrder = try reader.number(field)
    case 11: staysOffAfterReboot = try reader.flag(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `Image` of `node.proto`.
public struct Image: Message {
  public var id = ImageID.zero
  /// "qcow2" or "raw".
  public var diskFormat = ""
  public var sha256 = ""
  public var sizeBytes: UInt64 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, id)
    writer.text(2, diskFormat)
    writer.text(3, sha256)
    writer.number(4, sizeBytes)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: id = try reader.id(field)
    case 2: diskFormat = try reader.text(field)
    case 3: sha256 = try reader.text(field)
    case 4: sizeBytes = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// What the guest reads at its first boot, OpenStack's metadata format.
public struct ConfigDrive: Message {
  /// `ConfigDrive.File` of `node.proto`.
  public struct File: Message {
    /// Below the drive's root, as `openstack/latest/meta_data.json`.
    public var path = ""
    public var content: [UInt8] = []
    public var unknownFields = UnknownFields()

    public init() {}

    public func encode(into writer: inout ProtobufWriter) {
      writer.text(1, path)
      writer.data(2, content)
      writer.unknown(unknownFields)
    }

    public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
      throws(ProtobufError)
    {
      switch field.number {
      case 1: path = try reader.text(field)
      case 2: content = try reader.data(field)
      default: try reader.keep(field, in: &unknownFields)
      }
    }
  }

  public var files: [File] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.repeated(1, files)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: try reader.append(field, to: &files)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
