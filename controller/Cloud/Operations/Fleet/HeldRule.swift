// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import NodeProtocol

/// Decides what becomes of an instance that a node says it holds. Pure.
///
/// Records are committed before nodes are told. So a node that holds a newer generation than any on
/// record knows more than the store, which was set back by a restore: then nothing is stopped or
/// removed that the node was not told to stop or remove.
enum HeldRule {
  /// What to do.
  enum Verdict: Sendable, Hashable {
    /// The record stands; the node is told if it has something else.
    case keep
    /// The node was told something after the records were: that becomes the record.
    case takeOver(DesiredRecord.Target)
    /// It is elsewhere or gone, and the node is to leave nothing of it.
    case revoke
    /// No record says what should become of it.
    case orphan
  }

  /// Judges one instance.
  ///
  /// - Parameters:
  ///   - told: what nodes were told of it, as far as the store knows.
  ///   - instance: its record; nil if the store never knew it.
  ///   - epoch: of the generations that are given now.
  static func judge(
    _ held: Held, on node: NodeID, told: [DesiredRecord], instance: Instance?, epoch: UInt64
  ) -> Verdict {
    guard let instance else { return .orphan }
    if let here = told.first(where: { $0.node == node }) {
      guard held.generation > here.generation else { return .keep }
      // A revocation stands for ever: what was deleted before the backup stays deleted.
      if here.target == .absent { return .takeOver(.absent) }
      return .takeOver(held.lastTarget ?? here.target)
    }
    if instance.isDeleted { return .revoke }
    guard let newest = told.map(\.generation).max() else {
      return held.generation.epoch < epoch ? .orphan : .revoke
    }
    return held.generation > newest ? .orphan : .revoke
  }
}

extension Held {
  /// What the node was told last; nil from one that does not say.
  fileprivate var lastTarget: DesiredRecord.Target? {
    switch target {
    case .running: .running
    case .stopped: .stopped
    case .absent: .absent
    case .unspecified: nil
    }
  }
}
