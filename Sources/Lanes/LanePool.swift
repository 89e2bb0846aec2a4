// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lanes by key: calls for one key keep their order, and a hung call costs its own lane only.
///
/// Keys share `width` lanes, made when first needed. A key always meets the same lane.
public final class LanePool: Sendable {
  private let name: String
  private let make: @Sendable (String) -> any StoppableLane
  private let lanes: Mutex<[(any StoppableLane)?]>

  /// - Parameters:
  ///   - name: the lanes are called `name-0`, `name-1` and so on.
  ///   - width: the most lanes; at least one.
  ///   - make: makes a lane of that name; by default a thread.
  public init(
    name: String, width: Int,
    make: @escaping @Sendable (String) -> any StoppableLane = { Lane(name: $0) }
  ) {
    self.name = name
    self.make = make
    lanes = Mutex(Array(repeating: nil, count: max(1, width)))
  }

  /// The lane of a key.
  public func lane(for key: String) -> any LaneRunning {
    lanes.withLock { lanes in
      let place = Int(stableHash(key) % UInt64(lanes.count))
      if let lane = lanes[place] { return lane }
      let lane = make("\(name)-\(place)")
      lanes[place] = lane
      return lane
    }
  }

  /// How many lanes are held by a call past its deadline.
  public var stuck: Int { stuckOperations.count }

  /// Which calls those are.
  public var stuckOperations: [String] {
    lanes.withLock { $0.compactMap { $0?.stuckOperation } }
  }

  /// Stops every lane; see `Lane.stop`.
  public func stop() {
    lanes.withLock { lanes in for lane in lanes { lane?.stop {} } }
  }

  /// FNV-1a, 64 bits: Swift's own hash differs between runs.
  private func stableHash(_ key: String) -> UInt64 {
    key.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
