// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the connections of one process to one database share: its locks, and the index of its write-ahead
/// log. Both end with the process, as locks and an index without a user do on a real machine.
final class SharedFile: Sendable {
  let epoch: Int

  private struct State {
    var lock = FileLock()
    var indexLocks = IndexLocks()
    /// Who has the index mapped.
    var users: Set<ObjectIdentifier> = []
    /// The index, in pieces that stay where they are.
    var regions: [UnsafeMutableRawBufferPointer] = []
  }

  private let state = Mutex(State())

  init(epoch: Int) { self.epoch = epoch }

  deinit { state.withLock { Self.free(&$0) } }

  private static func free(_ state: inout State) {
    for region in state.regions { region.deallocate() }
    state.regions = []
  }

  // MARK: The database's lock

  func raise(_ holder: ObjectIdentifier, to level: FileLock.Level) -> Bool {
    state.withLock { $0.lock.raise(holder, to: level) }
  }

  func lower(_ holder: ObjectIdentifier, to level: FileLock.Level) {
    state.withLock { $0.lock.lower(holder, to: level) }
  }

  var isReserved: Bool { state.withLock { $0.lock.isReserved } }

  // MARK: The index of the log

  /// Where a piece of the index is.
  ///
  /// - Returns: nil if it is not there and is not to be made.
  func region(
    _ number: Int, bytes: Int, make: Bool, _ user: ObjectIdentifier
  ) -> UnsafeMutableRawPointer? {
    let address = state.withLock { state -> UInt in
      state.users.insert(user)
      guard make || number < state.regions.count else { return 0 }
      while state.regions.count <= number {
        let region = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
        region.initializeMemory(as: UInt8.self, repeating: 0)
        state.regions.append(region)
      }
      return UInt(bitPattern: state.regions[number].baseAddress)
    }
    return UnsafeMutableRawPointer(bitPattern: address)
  }

  /// The last who leaves takes the index with it.
  func leave(_ user: ObjectIdentifier) {
    state.withLock { state in
      state.indexLocks.release(IndexLocks.all, user)
      guard state.users.remove(user) != nil, state.users.isEmpty else { return }
      Self.free(&state)
    }
  }

  func share(_ slots: Range<Int>, _ holder: ObjectIdentifier) -> Bool {
    state.withLock { $0.indexLocks.share(slots, holder) }
  }

  func take(_ slots: Range<Int>, _ holder: ObjectIdentifier) -> Bool {
    state.withLock { $0.indexLocks.take(slots, holder) }
  }

  func release(_ slots: Range<Int>, _ holder: ObjectIdentifier) {
    state.withLock { $0.indexLocks.release(slots, holder) }
  }
}
