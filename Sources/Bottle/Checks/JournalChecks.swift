// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Invariants

/// Looks whether nodes know what counts as settled: a node that loses power then goes by its journal, and
/// would take up an older state if that is all that is there.
struct JournalChecks: Sendable {
  private let world: World

  init(_ world: World) { self.world = world }

  /// What a commit has settled, and is not in its node's journal. What can't be looked at, for the node is
  /// down, is not judged; nor is what was so before a backup that was put back.
  func violations(_ look: StoreWatch.Look) -> [Violation] {
    guard let before = look.before else { return [] }
    return Self.settled(look.now.records, since: before.records).compactMap { told in
      guard let node = world.nodes.first(where: { $0.id == told.node }),
        let held = node.journaled(told.instance)
      else { return nil }
      return Self.violation(told, on: "\(node.machine.name)", holding: held)
    }
  }

  /// What counts as settled now, and did not before at this generation. What is to be gone is in no journal
  /// once it is.
  static func settled(
    _ now: FleetRecords, since before: FleetRecords
  ) -> [DesiredStateRecord] {
    let known = Set(before.desired.filter(\.isSettled))
    return now.desired.filter { $0.isSettled && !$0.isAbsent && !known.contains($0) }
  }

  /// - Parameter held: the generation in the journal; nil for none.
  static func violation(
    _ told: DesiredStateRecord, on node: String, holding held: Generation?
  ) -> Violation? {
    guard held ?? .zero < told.generation else { return nil }
    return Violation(
      .journaled,
      "Instance \(told.instance) counts as settled at generation \(told.generation), and "
        + "\(node) has \(held.map { "generation \($0)" } ?? "none") in its journal.",
      subject: "\(told.instance)")
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
