// SPDX-License-Identifier: Apache-2.0

public import Base

/// A flavor: the size of a server.
public struct Flavor: Sendable, Hashable {
  /// Chosen by the operator, up to 255 characters; not always a UUID.
  public var id: String
  public var name: String
  public var description: String?
  public var size: FlavorSize
  public var rxtxFactor: Double
  /// Whether every project may use it; else only those with access.
  public var isPublic: Bool
  /// Sorted by key.
  public var extraSpecs: [Property]
  public var createdAt: Timestamp
  public var updatedAt: Timestamp?

  /// A record with every field.
  public init(
    id: String, name: String, description: String?, size: FlavorSize, rxtxFactor: Double,
    isPublic: Bool, extraSpecs: [Property], createdAt: Timestamp, updatedAt: Timestamp?
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.size = size
    self.rxtxFactor = rxtxFactor
    self.isPublic = isPublic
    self.extraSpecs = extraSpecs
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// The amounts of a flavor, copied into each server made from it.
public struct FlavorSize: Sendable, Hashable {
  public var vcpus: Int64
  public var memoryMB: Int64
  /// 0 takes the image's own size.
  public var rootGB: Int64
  public var ephemeralGB: Int64
  public var swapMB: Int64

  /// Amounts in the units their names end with.
  public init(vcpus: Int64, memoryMB: Int64, rootGB: Int64, ephemeralGB: Int64, swapMB: Int64) {
    self.vcpus = vcpus
    self.memoryMB = memoryMB
    self.rootGB = rootGB
    self.ephemeralGB = ephemeralGB
    self.swapMB = swapMB
  }
}

/// A key with a value, as in metadata and extra specs.
public struct Property: Sendable, Hashable {
  public var key: String
  public var value: String

  /// A pair.
  public init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}
