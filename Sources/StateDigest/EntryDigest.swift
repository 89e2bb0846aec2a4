// SPDX-License-Identifier: Apache-2.0

public import Base
import Crypto
public import NodeProtocol

/// What one end knows of one instance, in 16 bytes. docs/wire.md, "Digests", has the bytes that are
/// hashed.
public struct EntryDigest: Hashable, Sendable {
  /// Whom it is about.
  public let instance: InstanceID
  /// BLAKE2b, 128 bits.
  let value: UInt128

  /// The hash as it travels and as it is stored.
  public var bytes: [UInt8] { bigEndian(value) }

  /// A hash that came; nil unless it has 16 bytes.
  public init?(of instance: InstanceID, bytes: [UInt8]) {
    guard let value = UInt128(bigEndian: bytes) else { return nil }
    self.instance = instance
    self.value = value
  }

  /// That a node holds a version of an instance's desired state.
  public init(holding instance: InstanceID, _ generation: Generation) {
    self.init(instance, Self.opening(instance, generation))
  }

  /// That a node has last observed this.
  public init(_ observation: Observation) {
    var bytes = Self.opening(observation.instanceID, observation.generation)
    bytes += bigEndian(observation.phase.rawValue)
    if !PlantedBug.powerUnreported.isPlanted { bytes += bigEndian(observation.powerState) }
    for text in [
      observation.step, observation.failure, observation.machineType, observation.domainName,
    ] {
      bytes += bigEndian(UInt32(clamping: text.utf8.count))
      bytes += Array(text.utf8)
    }
    self.init(observation.instanceID, bytes)
  }

  private init(_ instance: InstanceID, _ hashed: [UInt8]) {
    self.instance = instance
    value = UInt128(bigEndian: BLAKE2b.hash128(hashed)) ?? 0
  }

  private static func opening(_ instance: InstanceID, _ generation: Generation) -> [UInt8] {
    instance.uuidBytes + bigEndian(generation.epoch) + bigEndian(generation.number)
  }
}

/// A number's bytes, the highest first.
func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { Array($0) }
}

extension UInt128 {
  /// From 16 bytes, the highest first; nil for another count.
  init?(bigEndian bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    self = bytes.reduce(0) { $0 << 8 | UInt128($1) }
  }
}
