// SPDX-License-Identifier: Apache-2.0

public import FoundationEssentials

/// A UUID that knows what it names, so that a port's id can't be passed for a server's.
///
/// `Tag` is an empty enum; it exists at compile time only.
public struct Identifier<Tag>: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The value as stored and sent.
  public let uuid: UUID

  /// Wraps a UUID read from a store, a peer or a file.
  public init(_ uuid: UUID) {
    self.uuid = uuid
  }

  /// Parses the canonical form, with or without hyphens, in any case. Nil for anything else.
  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  /// The same of a whole text.
  public init?(_ text: String) {
    var text = text
    var uuid = Self.zero.uuid.uuid
    let isParsed = text.withUTF8 { text in
      withUnsafeMutableBytes(of: &uuid) { UUIDText.parse(text, into: $0) }
    }
    guard isParsed else { return nil }
    self.init(UUID(uuid: uuid))
  }

  /// A fresh version 4 UUID from the given source of chance.
  public static func random(from randomness: any Randomness) -> Self {
    var bytes = randomness.bytes(16)
    bytes[6] = (bytes[6] & 0x0F) | 0x40
    bytes[8] = (bytes[8] & 0x3F) | 0x80
    return Self(uuidBytes: bytes) ?? .zero
  }

  /// From 16 bytes in order; nil for another count.
  public init?(uuidBytes bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var uuid = Self.zero.uuid.uuid
    withUnsafeMutableBytes(of: &uuid) { $0.copyBytes(from: bytes) }
    self.init(UUID(uuid: uuid))
  }

  /// The UUID's 16 bytes in order.
  public var uuidBytes: [UInt8] { withUnsafeBytes(of: uuid.uuid) { Array($0) } }

  /// The all-zero id: names nothing, stands where a message has no id.
  public static var zero: Self {
    Self(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
  }

  /// Lower case with hyphens, as OpenStack's APIs print ids.
  public var description: String {
    withUnsafeBytes(of: uuid.uuid) { UUIDText.text(of: $0, hyphens: true) }
  }

  /// 32 lower-case hex digits without hyphens, as Keystone prints users and projects.
  public var hex: String {
    withUnsafeBytes(of: uuid.uuid) { UUIDText.text(of: $0, hyphens: false) }
  }

  public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  /// The order of the bytes, which is that of the canonical texts.
  public static func < (left: Self, right: Self) -> Bool {
    left.words < right.words
  }

  /// The 16 bytes as two numbers, the first bytes the highest: for sums over many ids.
  public var words: (UInt64, UInt64) {
    withUnsafeBytes(of: uuid.uuid) { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }
}

/// Names a hypervisor: a key on the node's disk, independent of host name and certificate.
public enum NodeTag {}
/// Names an instance (Nova calls it a server at its API).
public enum InstanceTag {}
/// Names an image.
public enum ImageTag {}
/// Names a network.
public enum NetworkTag {}
/// Names a subnet.
public enum SubnetTag {}
/// Names a port: one guest interface's place on a network.
public enum PortTag {}
/// Names a project (a tenant).
public enum ProjectTag {}
/// Names a user.
public enum UserTag {}
/// Names a role.
public enum RoleTag {}
/// Names a server group.
public enum ServerGroupTag {}

public typealias NodeID = Identifier<NodeTag>
public typealias InstanceID = Identifier<InstanceTag>
public typealias ImageID = Identifier<ImageTag>
public typealias NetworkID = Identifier<NetworkTag>
public typealias SubnetID = Identifier<SubnetTag>
public typealias PortID = Identifier<PortTag>
public typealias ProjectID = Identifier<ProjectTag>
public typealias UserID = Identifier<UserTag>
public typealias RoleID = Identifier<RoleTag>
public typealias ServerGroupID = Identifier<ServerGroupTag>
