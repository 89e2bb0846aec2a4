// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Synchronization

/// Looks at the controller's database after each of its commits, past the controller: in full when it was
/// just opened, and then at what each commit has changed.
final class StoreWatch: Sendable {
  /// What a look has shown.
  struct Look {
    /// What the commit has changed, and what that has to agree with.
    let now: StoreReading
    /// The same as it was at the look before; nil when there was none, or it was of another epoch.
    let before: StoreReading?
    /// Servers that were not there then.
    let added: [Instance]
    /// Nodes that were out of service then and are now.
    let closed: Set<NodeID>
    let serverCount: Int
    let unsettledCount: Int
  }

  private struct State {
    /// Which run of the controller the view is of.
    var viewed: UInt64 = 0
    var view: DatabaseView?
    /// Which run the image is of.
    var imaged: UInt64 = 0
    var image: StoreImage?
  }

  private let controller: ControllerMachine
  private let state = Mutex(State())

  init(_ controller: ControllerMachine) { self.controller = controller }

  /// Nil while the file can't be read: there is none, or its machine is down. What has changed is looked at
  /// when it can.
  func look() -> Look? {
    withView { (state, view) in
      var touched = controller.changes.take()
      if state.imaged != state.viewed { touched.isAll = true }
      let looked = Result { [touched] () throws(RoostError) in
        try Self.look(touched, &state, view)
      }
      guard case .success(let look) = looked else {
        controller.changes.putBack(touched)
        return nil
      }
      return look
    }
  }

  /// What there is of these right now. Nil as of `look`, which still finds all that has changed.
  func glance(at touched: StoreChanges.Touched) -> StoreReading? {
    withView { (_, view) in
      let reading = Result { () throws(RoostError) in
        try view.read { (tx) throws(RoostError) in
          var image = StoreImage()
          try image.read(touched, tx)
          return image.part(touched)
        }
      }
      guard case .success(let reading) = reading else { return nil }
      return reading
    }
  }

  /// Whether all that was read of changes, one after the other, is what the file says as a whole. Nil as of
  /// `look`, which must have come before.
  func agrees() -> Bool? {
    withView { (state, view) in
      let whole = Result { () throws(RoostError) in
        try view.read { (tx) throws(RoostError) in try StoreReading(tx) }
      }
      guard case .success(let reading) = whole, state.imaged == state.viewed else { return nil }
      return state.image?.agrees(with: StoreImage(reading))
    }
  }

  private func withView<T>(_ body: (inout State, DatabaseView) -> T?) -> T? {
    let machine = controller.machine
    guard let vfs = machine.vfsName else { return nil }
    return machine.calls.unheeded {
      state.withLock { state in
        if state.viewed != machine.runs || state.view == nil {
          state.view = nil
          let view = Result { () throws(RoostError) in
            try DatabaseView(ControllerMachine.database, vfs: vfs)
          }
          guard case .success(let view) = view else { return nil }
          (state.viewed, state.view) = (machine.runs, view)
        }
        guard let view = state.view else { return nil }
        return body(&state, view)
      }
    }
  }

  private static func look(
    _ touched: StoreChanges.Touched, _ state: inout State, _ view: DatabaseView
  ) throws(RoostError) -> Look {
    guard let before = state.image, !touched.isAll else {
      let reading = try view.read { (tx) throws(RoostError) in try StoreReading(tx) }
      let before = state.image
      let image = StoreImage(reading)
      (state.image, state.imaged) = (image, state.viewed)
      return Look(
        reading, image, since: before, before?.whole,
        added: reading.servers.filter { !(before?.hasServer($0.id) ?? false) })
    }
    let image = try view.read { (tx) throws(RoostError) in
      var image = before
      try image.read(touched, tx)
      return image
    }
    state.image = image
    let now = image.part(touched)
    return Look(
      now, image, since: before, before.part(touched),
      added: now.servers.filter { !before.hasServer($0.id) })
  }
}

extension StoreWatch.Look {
  fileprivate init(
    _ now: StoreReading, _ image: StoreImage, since old: StoreImage?, _ before: StoreReading?,
    added: [Instance]
  ) {
    self.now = now
    self.added = added
    // What was looked at before a restore says nothing of what came after it.
    let isSameEpoch = old?.epoch == image.epoch
    self.before = isSameEpoch ? before : nil
    closed = isSameEpoch ? old?.closed.intersection(image.closed) ?? [] : []
    serverCount = image.serverCount
    unsettledCount = image.unsettled
  }
}
