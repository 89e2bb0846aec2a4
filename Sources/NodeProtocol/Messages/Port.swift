// SPDX-License-Identifier: Apache-2.0

public import Base

/// `Port` of `node.proto`.
public struct Port: Message {
  public var id = PortID.zero
  public var macAddress = ""
  public var physicalNetwork = ""
  public var mtu: UInt32 = 0
  public var networkID = NetworkID.zero
  public var addresses: [FixedAddress] = []
  public var dnsServers: [String] = []
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.id(1, id)
    writer.text(2, macAddress)
    writer.text(3, physicalNetwork)
    writer.number(4, mtu)
    writer.id(5, networkID)
    writer.repeated(6, addresses)
    writer.repeated(7, dnsServers)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: id = try reader.id(field)
    case 2: macAddress = try reader.text(field)
    case 3: physicalNetwork = try reader.text(field)
    case 4: mtu = try reader.number(field)
    case 5: networkID = try reader.id(field)
    case 6: try reader.append(field, to: &addresses)
    case 7: try reader.append(field, to: &dnsServers)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}

/// `FixedAddress` of `node.proto`.
public struct FixedAddress: Message {
  public var address = ""
  public var prefixLength: UInt32 = 0
  public var gateway = ""
  public var subnetID = SubnetID.zero
  public var unknownFields = UnknownFields()

  public init() {}

  public func encode(into writer: inout ProtobufWriter) {
    writer.text(1, address)
    writer.number(2, prefixLength)
    writer.text(3, gateway)
    writer.id(4, subnetID)
    writer.unknown(unknownFields)
  }

  public mutating func decode(_ field: ProtobufField, from reader: inout ProtobufReader)
    throws(ProtobufError)
  {
    switch field.number {
    case 1: address = try reader.text(field)
    case 2: prefixLength = try reader.number(field)
    case 3: gateway = try reader.text(field)
    case 4: subnetID = try reader.id(field)
    default: try reader.keep(field, in: &unknownFields)
    }
  }
}
