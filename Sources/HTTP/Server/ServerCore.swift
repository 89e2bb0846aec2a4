// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Synchronization

/// What MHD's threads, the handlers' tasks and the server's own thread share.
final class ServerCore: Sendable {
  let handler: any HTTPHandler
  let executor: any TaskExecutor
  let log: Logger
  let watch: PeerWatch
  private let registry = Mutex(Registry())

  private struct Registry {
    var exchanges: [UInt64: Exchange] = [:]
    var lastNumber: UInt64 = 0
    var grace: Duration?
    var hasStopped = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  init(handler: any HTTPHandler, executor: any TaskExecutor, log: Logger) throws(RoostError) {
    self.handler = handler
    self.executor = executor
    self.log = log
    watch = try PeerWatch()
  }

  // MARK: Exchanges

  func nextNumber() -> UInt64 {
    registry.withLock {
      $0.lastNumber += 1
      return $0.lastNumber
    }
  }

  /// Enters a request that will reach the handler. False once the server stops.
  func admit(_ exchange: Exchange) -> Bool {
    registry.withLock {
      guard $0.grace == nil else { return false }
      $0.exchanges[exchange.number] = exchange
      return true
    }
  }

  func dismiss(_ exchange: Exchange) {
    let isLast = registry.withLock {
      $0.exchanges[exchange.number] = nil
      return $0.grace != nil && $0.exchanges.isEmpty
    }
    if isLast { watch.wake() }
  }

  func exchange(_ number: UInt64) -> Exchange? {
    registry.withLock { $0.exchanges[number] }
  }

  var current: [Exchange] {
    registry.withLock { $0.exchanges.values.sorted { $0.number < $1.number } }
  }

  // MARK: Stopping

  /// The time that running requests are given, once a stop was asked for.
  var grace: Duration? { registry.withLock { $0.grace } }

  func askToStop(grace: Duration, _ waiter: CheckedContinuation<Void, Never>? = nil) {
    let hasStopped = registry.withLock {
      if !$0.hasStopped, let waiter { $0.waiters.append(waiter) }
      if $0.grace == nil { $0.grace = grace }
      return $0.hasStopped
    }
    if hasStopped { waiter?.resume() }
    watch.wake()
  }

  func stopped() {
    let waiters = registry.withLock {
      $0.hasStopped = true
      return $0.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
