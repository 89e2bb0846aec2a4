// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel

/// How long a node counts as there after it was last heard.
///
/// Both ends count on their own clock since boot: the node from sending a renewal that was
/// answered, the controller from answering it, plus a margin for clocks that run apart.
public struct LeaseTerms: Sendable, Hashable {
  /// What nodes are told.
  public let span: Duration

  /// A lease of a span; 15 seconds where nothing else is configured.
  public init(span: Duration = .seconds(15)) {
    self.span = span
  }

  /// 1 % of the span for clock drift.
  public var margin: Duration { span / 100 }

  /// When a lease that is renewed at `time` ends for the controller.
  public func end(renewedAt time: Uptime) -> Uptime { time + span + margin }

  /// Whether a node can be reached.
  ///
  /// - Parameters:
  ///   - leaseEnd: the end of the node's last lease; nil when this controller never heard of it. A
  ///     controller that has just started can't know of leases its predecessor gave: until such a
  ///     lease would have ended, silence means nothing.
  ///   - startedAt: when the controller began to listen.
  public func state(
    isConnected: Bool, leaseEnd: Uptime?, startedAt: Uptime, now: Uptime
  ) -> NodeState {
    let end = leaseEnd ?? (PlantedBug.downAtOnce.isPlanted ? now : end(renewedAt: startedAt))
    if now >= end { return .down }
    return isConnected && leaseEnd != nil ? .up : .unknown
  }
}
