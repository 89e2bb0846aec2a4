// SPDX-License-Identifier: Apache-2.0

/// What the ledger takes at most; each is far beyond any real cloud and keeps one request from
/// costing the rest.
public enum LedgerLimits {
  /// The largest total, reserved amount or unit: Placement's columns are signed 32-bit integers.
  public static let maximumAmount: Int64 = 2_147_483_647
  /// The largest allocation ratio: what a SQL single precision float holds.
  public static let maximumRatio = 3.40282e+38
  /// Characters of a provider's name.
  public static let nameLength = 200
  /// Characters of a project, a user or a consumer type.
  public static let textLength = 255
  /// Providers from a root down to the deepest leaf.
  public static let treeDepth = 32
  /// Providers of one tree.
  public static let treeSize = 4096
  /// Inventories of one provider.
  public static let inventories = 1000
  /// Traits of one provider.
  public static let traits = 1000
  /// Aggregates of one provider.
  public static let aggregates = 1000
  /// Allocations of one consumer.
  public static let allocations = 1000
  /// Consumers of one write.
  public static let consumers = 1000
  /// Request groups of one search for candidates.
  public static let groups = 100
  /// Resource classes of one request group.
  public static let groupResources = 100
  /// Traits, or aggregates, that one search names in all.
  public static let queryNames = 1000
  /// `same_subtree` sets of one search.
  public static let subtrees = 100
}
