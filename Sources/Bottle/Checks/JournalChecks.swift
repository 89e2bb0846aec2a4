// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Invariants

/// Looks whether nodes know what counts as settled: a node that loses power then goes by its journal, and
/// would take up an older state if that is all that is there.
struct JournalChecks: Sendable {
  private struct Told: Hashable {
    let node: NodeID
    let instance: InstanceID
    let generation: Generation

    /// Nil for what is not settled, or gone.
    init?(_ record: DesiredStateRecord) {
      guard record.isSettled, !record.isAbsent else { return nil }
      (node, instance, generation) = (record.node, record.instance, record.generation)
    }
  }

  private let world: World

  init(_ world: World) { self.world = world }

  /// What a commit has settled, and is not in its node's journal. What can't be looked at, for the node is
  /// down, is not judged; nor is what was so before a backup that was put back.
  func violations(_ look: StoreWatch.Look) -> [Violation] {
    guard let before = look.before else { return [] }
    let known = Set(before.records.desired.compactMap(Told.init))
    let new = look.now.records.desired.compactMap(Told.init).filter { !known.contains($0) }
    return new.compactMap { told in
      guard let node = world.nodes.first(where: { $0.id == told.node }),
        let held = node.journaled(told.instance), held ?? .zero < told.generation
      else { return nil }
      return Violation(
        .journaled,
        "Instance \(told.instance) counts as settled at generation \(told.generation), and "
          + "\(node.machine.name) has \(held.map { "generation \($0)" } ?? "none") in its journal.",
        subject: "\(told.instance)")
    }
  }
}

extension NodeMachine {
  /// Which generation of an instance is in the journal. Nil while that can't be read; nil within for none.
  fileprivate func journaled(_ instance: InstanceID) -> Generation?? {
    guard let vfs = machine.vfsName else { return nil }
    let reading = machine.calls.unheeded {
      Result { () throws(RoostError) in
        try DatabaseFile.read(Self.journal, vfs: vfs) { (tx) throws(RoostError) -> Generation? in
          let row = try tx.row(
            "SELECT epoch, number FROM instances WHERE id = ?", .text("\(instance)"))
          guard let row else { return nil }
          return Generation(
            epoch: UInt64(bitPattern: try row.integer("epoch")),
            number: UInt64(bitPattern: try row.integer("number")))
        }
      }
    }
    guard case .success(let generation) = reading else { return nil }
    return .some(generation)
  }
}
