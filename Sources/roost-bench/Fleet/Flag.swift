// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Is raised once, for all who look at it.
final class Flag: Sendable {
  private let state = Mutex(false)

  var isRaised: Bool { state.withLock { $0 } }

  func raise() { state.withLock { $0 = true } }
}
