// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import Invariants
import Store

/// What the controller's database says, read past the controller.
struct StoreReading: Sendable {
  let records: FleetRecords
  let servers: [Instance]
  /// Nodes that are out of service.
  let closed: Set<NodeID>
  /// Orphans that nodes have told of.
  let orphans: [Orphan]
  /// Of the generations that are given: a restore begins another.
  let epoch: UInt64

  /// Nil while the file can't be read: there is none, or its machine is down.
  init?(_ controller: ControllerMachine) {
    let machine = controller.machine
    guard let vfs = machine.vfsName else { return nil }
    let reading = machine.calls.unheeded {
      Result { () throws(RoostError) in
        try DatabaseFile.read(ControllerMachine.database, vfs: vfs) {
          (tx) throws(RoostError) in
          (
            try tx.fleetRecords(), try tx.instances(of: nil),
            Set(try tx.nodes().filter { !$0.isEnabled }.map(\.id)), try tx.orphans(),
            try tx.newestGeneration().epoch
          )
        }
      }
    }
    guard case .success(let found) = reading else { return nil }
    (records, servers, closed, orphans, epoch) = found
  }
}
