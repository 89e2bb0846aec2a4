// SPDX-License-Identifier: Apache-2.0

public import Lanes

/// The lanes that a database works on, each asked for when it is needed.
public struct DatabaseLanes: Sendable {
  /// What a lane is for.
  public enum Use: String, Sendable {
    /// All writes, as long as the database is open.
    case write
    /// All reads, as long as the database is open.
    case read
    /// One backup.
    case backup
  }

  let lane: @Sendable (Use) -> any StoppableLane

  /// Lanes of the caller's. Each belongs to the database that asked for it, which stops it.
  public init(_ lane: @escaping @Sendable (Use) -> any StoppableLane) { self.lane = lane }

  /// A thread each.
  public static let threads = DatabaseLanes { Lane(name: "db-\($0.rawValue)") }
}
