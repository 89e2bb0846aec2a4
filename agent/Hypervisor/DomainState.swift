// SPDX-License-Identifier: Apache-2.0

import CLibvirt

extension PowerState {
  /// From libvirt's `virDomainState`, as Nova maps it: a guest that waits for I/O runs, and one
  /// that is about to be off is off.
  init(libvirt state: Int32) {
    self =
      switch virDomainState(rawValue: UInt32(bitPattern: state)) {
      case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED: .running
      case VIR_DOMAIN_PAUSED: .paused
      case VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTOFF: .shutdown
      case VIR_DOMAIN_CRASHED: .crashed
      case VIR_DOMAIN_PMSUSPENDED: .suspended
      default: .noState
      }
  }
}
