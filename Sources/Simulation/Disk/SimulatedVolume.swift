// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// One machine's file system in memory, under the `Disk` seam and under SQLite alike. It knows what is on
/// the disk and what only the kernel has, and can lose the second.
///
/// Whoever opened something before a process or the machine went down has nothing of it any more: each
/// end begins a new epoch, and calls of an older one fail and change nothing.
public final class SimulatedVolume: Sendable {
  /// What one lock guards.
  struct State {
    var tree = VolumeTree()
    var epoch = 0
    var isOnline = true
    var capacity: UInt64
    var faults = DiskFaults()
    var onCall: (@Sendable (DiskCall) -> Void)?

    /// Bytes that may still be written.
    var free: UInt64 { faults.isFull ? 0 : capacity - min(tree.used, capacity) }
  }

  let state: Mutex<State>
  private let randomness: any Randomness

  /// An empty volume.
  ///
  /// - Parameters:
  ///   - capacity: bytes of all files together.
  ///   - randomness: decides which calls fail of those that may, and what a failed flush leaves.
  public init(
    capacity: UInt64 = 1 << 40, randomness: any Randomness = SeededRandomness()
  ) {
    state = Mutex(State(capacity: capacity))
    self.randomness = randomness
  }

  /// How it fails from now on.
  public var faults: DiskFaults {
    get { state.withLock { $0.faults } }
    set { state.withLock { $0.faults = newValue } }
  }

  /// Bytes of all files together. Below what is used nothing grows.
  public var capacity: UInt64 {
    get { state.withLock { $0.capacity } }
    set { state.withLock { $0.capacity = newValue } }
  }

  /// Bytes of all files that have a name or are open.
  public var used: UInt64 { state.withLock { $0.tree.used } }

  /// Is told of each call before it is made, on the thread that makes it. It may end the process or the
  /// machine; the call then fails.
  public var onCall: (@Sendable (DiskCall) -> Void)? {
    get { state.withLock { $0.onCall } }
    set { state.withLock { $0.onCall = newValue } }
  }

  /// The seam as the present process has it; it dies with the process.
  public func disk() -> SimulatedDisk { SimulatedDisk(on: self) }

  // MARK: Ends

  /// Whether calls are served.
  public var isOnline: Bool { state.withLock { $0.isOnline } }

  /// The process that uses it ends, as by SIGKILL: what it wrote stays, what it has open is closed.
  /// Nothing is served until `comeBack`.
  public func kill() { state.withLock { Self.end(&$0) } }

  /// The machine loses power. What was not flushed is lost, but for what happens to be on the disk already:
  /// any of the writes, wholly or in part, any of the names. Nothing is served until `comeBack`.
  ///
  /// - Parameter randomness: decides what is on the disk already.
  public func losePower(_ randomness: any Randomness) {
    state.withLock { state in
      Self.end(&state)
      state.tree.lose(PowerLoss(randomness))
    }
  }

  private static func end(_ state: inout State) {
    state.epoch += 1
    state.isOnline = false
    state.tree.recount()
  }

  /// A new process may use what is left.
  public func comeBack() { state.withLock { $0.isOnline = true } }

  /// Puts everything on the disk, as a kernel does by itself within half a minute.
  public func writeBack() {
    state.withLock { state in
      guard !state.faults.ignoresSyncs, state.faults.syncs != .all else { return }
      state.tree.flush()
    }
  }

  /// Every file that programs see, by path, for comparisons and for a look from outside. It asks nobody
  /// and never fails.
  public var contents: [(path: String, bytes: [UInt8])] {
    state.withLock { $0.tree.contents() }
  }

  // MARK: Calls

  /// The present epoch.
  var epoch: Int { state.withLock { $0.epoch } }

  /// Makes a call of an epoch, which fails when that has ended, or as the faults have it.
  func perform<T: Sendable>(
    _ call: DiskCall, _ epoch: Int,
    _ body: (inout State) throws(VolumeError) -> T
  ) throws(VolumeError) -> T {
    state.withLock { $0.onCall }?(call)
    return try state.withLock { state throws(VolumeError) in
      guard state.isOnline, state.epoch == epoch else { throw .gone }
      if isFailing(call.operation, &state.faults) { throw .failed }
      return try body(&state)
    }
  }

  /// Flushes that fail leave something behind, so they are not decided here.
  private func isFailing(_ operation: DiskCall.Operation, _ faults: inout DiskFaults) -> Bool {
    switch operation {
    case .read, .list, .stat, .space: happens(&faults.reads)
    case .write, .truncate, .rename, .unlink, .makeFolder, .removeFolder: happens(&faults.writes)
    case .open, .sync, .syncFolder: false
    }
  }

  /// Whether the next call of a kind fails.
  func happens(_ failing: inout DiskFaults.Failing) -> Bool {
    switch failing {
    case .none: return false
    case .all: return true
    case .some(let count): return randomness.number(below: 10_000) < count
    case .next(let count):
      failing = count > 1 ? .next(count - 1) : .none
      return count > 0
    }
  }

  /// Chance for what a failed flush leaves.
  func chance() -> PowerLoss { PowerLoss(randomness) }
}
