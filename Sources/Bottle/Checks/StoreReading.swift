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
          (tx) throws(RoostError) in try StoreReading(tx)
        }
      }
    }
    guard case .success(let found) = reading else { return nil }
    self = found
  }

  init(_ tx: Transaction) throws(RoostError) {
    self.init(
      records: try tx.fleetRecords(), servers: try tx.instances(of: nil),
      closed: Set(try tx.nodes().filter { !$0.isEnabled }.map(\.id)), orphans: try tx.orphans(),
      epoch: try tx.newestGeneration().epoch)
  }

  init(
    records: FleetRecords, servers: [Instance], closed: Set<NodeID>, orphans: [Orphan],
    epoch: UInt64
  ) {
    self.records = records
    self.servers = servers
    self.closed = closed
    self.orphans = orphans
    self.epoch = epoch
  }
}
