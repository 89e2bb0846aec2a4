// SPDX-License-Identifier: Apache-2.0

public import Base
import FoundationEssentials

/// Some of the sixteen buckets that instances fall into by the first four bits of their id.
public struct Buckets: OptionSet, Hashable, Sendable {
  /// How many there are.
  public static let count = 16

  /// Bit n stands for bucket n; higher bits stand for nothing and are dropped.
  public let rawValue: UInt32

  /// Buckets from a message.
  public init(rawValue: UInt32) { self.rawValue = rawValue & 0xFFFF }

  /// All of them.
  public static let all = Buckets(rawValue: 0xFFFF)

  /// The bucket that an instance falls into.
  public init(of instance: InstanceID) { self.init(number: Self.number(of: instance)) }

  /// One bucket; `number` is below `count`.
  init(number: Int) { self.init(rawValue: 1 << UInt32(number)) }

  /// Which bucket an instance falls into, below `count`.
  static func number(of instance: InstanceID) -> Int { Int(instance.uuid.uuid.0 >> 4) }

  /// Whether an instance falls into one of them.
  public func hold(_ instance: InstanceID) -> Bool { contains(Buckets(of: instance)) }
}
