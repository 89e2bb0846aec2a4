// SPDX-License-Identifier: Apache-2.0

import CLinux

/// Is civil time kept by somebody? Certificates and tokens depend on it.
public struct ClockCheck: Sendable {
  /// A check of this host's clock.
  public init() {}

  /// Asks the kernel.
  public func run() -> Diagnosis { judge(isSynchronised: roost_clock_is_synchronised()) }

  /// Judges the kernel's answer: 1 for yes, 0 for no, less for none.
  public func judge(isSynchronised: Int32) -> Diagnosis {
    let advice =
      "Install and start chrony or systemd-timesyncd; leases don't depend on it, "
      + "certificates and tokens do."
    switch isSynchronised {
    case 1: return .ok("clock", "The clock is synchronised.")
    case 0: return .warn("clock", "The kernel says that nobody synchronises the clock.", do: advice)
    default: return .warn("clock", "The kernel does not say who keeps the clock.", do: advice)
    }
  }
}
