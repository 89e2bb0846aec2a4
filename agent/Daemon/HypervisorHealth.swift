// SPDX-License-Identifier: Apache-2.0

import Hypervisor
import Reconciler
import Synchronization

/// Whether the hypervisor answers, as its events tell it.
final class HypervisorHealth: Sendable {
  /// Rings when the answer has changed.
  let changed = WakeSignal()
  private let state = Mutex<String?>("not connected yet")

  /// Why the hypervisor can't be used now; nil while it answers.
  var failure: String? { state.withLock { $0 } }

  /// Follows a hypervisor's events until the task is cancelled.
  func follow(_ hypervisor: any Hypervisor) async {
    for await event in hypervisor.events() {
      switch event {
      case .connected: set(nil)
      case .disconnected(let reason): set(reason.isEmpty ? "no reason is known" : reason)
      case .lifecycle: break
      }
    }
  }

  private func set(_ failure: String?) {
    state.withLock { $0 = failure }
    changed.ring()
  }
}
