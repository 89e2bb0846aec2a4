// SPDX-License-Identifier: Apache-2.0

/// What a node offers.
public struct Inventory: Message {
  public var cpus: UInt32 = 0
  public var memoryMB: UInt64 = 0
  public var diskGB: UInt64 = 0
  public var reservedMemoryMB: UInt32 = 0
  public var numaNodes: [NumaNode] = []
  public var hypervisorType = ""
  public var hypervisorVersion: UInt32 = 0
  /// "kvm" or "qemu" (TCG), and why it was chosen.
  public var virtualization = ""
  public var virtualizationReason = ""
  public var cpuModel = ""
  /// Names from os-traits.
  public var traits: [String] = []
  public var architecture = ""
  public var cpuVendor = ""
  /// Physical networks this node has a bridge for.
  public var physicalNetworks: [String] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.number(1, cpus)
    writer.number(2, memoryMB)
    writer.number(3, diskGB)
    writer.number(4, reservedMemoryMB)
    writer.repeated(5, numaNodes)
    writer.text(6, hypervisorType)
    writer.number(7, hypervisorVersion)
    writer.text(8, virtualization)
    writer.text(9, virtualizationReason)
    writer.text(10, cpuModel)
    writer.repeated(11, traits)
    writer.text(12, architecture)
    writer.text(13, cpuVendor)
    writer.repeated(14, physicalNetworks)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: cpus = try reader.number(field)
    case 2: memoryMB = try reader.number(field)
    case 3: diskGB = try reader.number(field)
    case 4: reservedMemoryMB = try reader.number(field)
    case 5: try reader.append(field, to: &numaNodes)
    case 6: hypervisorType = try reader.text(field)
    case 7: hypervisorVersion = try reader.number(field)
    case 8: virtualization = try reader.text(field)
    case 9: virtualizationReason = try reader.text(field)
    case 10: cpuModel = try reader.text(field)
    case 11: try reader.append(field, to: &traits)
    case 12: architecture = try reader.text(field)
    case 13: cpuVendor = try reader.text(field)
    case 14: try reader.append(field, to: &physicalNetworks)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `NumaNode` of `node.proto`.
public struct NumaNode: Message {
  public var id: UInt32 = 0
  public var cpus: [UInt32] = []
  public var memoryMB: UInt64 = 0
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.number(1, id)
    writer.repeated(2, cpus)
    writer.number(3, memoryMB)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: id = try reader.number(field)
    case 2: try reader.append(field, to: &cpus)
    case 3: memoryMB = try reader.number(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
