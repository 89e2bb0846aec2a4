// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol

/// What this node was told, kept across restarts of agent and host.
///
/// A revoked instance stays in it until the controller has acknowledged that nothing is left of it:
/// otherwise a lost answer would leave the controller waiting for a node that knows nothing.
public protocol JournalKeeping: Sendable {
  /// Records what should be; on return it survives power loss.
  ///
  /// The same generation again changes nothing. An older one is refused, and so is what can't be
  /// acted on; the rest of the list is recorded all the same.
  func apply(_ desired: [Desired]) async throws(RoostError) -> [Refusal]
  /// Every entry, by instance.
  func entries() async throws(RoostError) -> [JournalEntry]
  /// One instance's entry.
  func entry(_ instance: InstanceID) async throws(RoostError) -> JournalEntry?
  /// Records progress on one generation. Does nothing if another generation has come meanwhile.
  func update(
    _ instance: InstanceID, at generation: Generation,
    _ change: @escaping @Sendable (inout JournalEntry) -> Void
  ) async throws(RoostError)
  /// Drops a revoked instance once the controller has acknowledged that it is gone.
  ///
  /// - Returns: false if the instance isn't revoked at this generation; it stays then.
  @discardableResult
  func forget(_ instance: InstanceID, at generation: Generation) async throws(RoostError) -> Bool
}
