// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Simulation

/// The locks of SQLite's connections to one database.
@Suite struct LockTests {
  private final class Holder {
    var id: ObjectIdentifier { ObjectIdentifier(self) }
  }

  private let one = Holder()
  private let other = Holder()

  @Test func manyReadAndOneIntendsToWrite() {
    let lock = SharedFile(epoch: 0)
    #expect(lock.raise(one.id, to: .shared))
    #expect(lock.raise(other.id, to: .shared))
    #expect(!lock.isReserved)
    #expect(lock.raise(one.id, to: .reserved))
    #expect(lock.isReserved)
    #expect(!lock.raise(other.id, to: .reserved))
    lock.lower(other.id, to: .none)
    #expect(lock.raise(other.id, to: .shared), "readers still come in")
  }

  @Test func whoWaitsForReadersKeepsNewOnesOut() {
    let lock = SharedFile(epoch: 0)
    _ = lock.raise(one.id, to: .shared)
    _ = lock.raise(other.id, to: .shared)
    #expect(!lock.raise(one.id, to: .exclusive))
    lock.lower(other.id, to: .none)
    #expect(!lock.raise(other.id, to: .shared))
    #expect(lock.raise(one.id, to: .exclusive))
    #expect(!lock.raise(other.id, to: .shared))
    lock.lower(one.id, to: .shared)
    #expect(lock.raise(other.id, to: .shared))
    #expect(!lock.isReserved)
  }

  @Test func anIndexIsLockedForReadersOrForOne() {
    let locks = SharedFile(epoch: 0)
    #expect(locks.share(3..<4, one.id))
    #expect(locks.share(3..<4, other.id))
    #expect(!locks.take(3..<4, one.id))
    locks.release(3..<4, other.id)
    #expect(locks.take(3..<4, one.id), "its own share is none against it")
    #expect(!locks.share(3..<4, other.id))
    locks.release(3..<4, one.id)
    #expect(locks.share(3..<4, other.id))
    #expect(!locks.take(2..<5, one.id))
    #expect(locks.take(2..<3, other.id), "of locks that are refused none is taken")
  }

  @Test func anIndexStaysWhereItIsUntilTheLastLeaves() {
    let file = SharedFile(epoch: 0)
    #expect(file.region(0, bytes: 32_768, make: false, one.id) == nil)
    let first = file.region(0, bytes: 32_768, make: true, one.id)
    _ = file.region(1, bytes: 32_768, make: true, one.id)
    #expect(first != nil && file.region(0, bytes: 32_768, make: false, other.id) == first)
    first?.storeBytes(of: 7, as: UInt32.self)
    file.leave(one.id)
    let seen = file.region(0, bytes: 32_768, make: false, other.id)
    #expect(seen?.load(as: UInt32.self) == 7)
    file.leave(other.id)
    #expect(file.region(0, bytes: 32_768, make: false, one.id) == nil)
    let next = file.region(0, bytes: 32_768, make: true, one.id)
    #expect(next?.load(as: UInt32.self) == 0)
  }
}
