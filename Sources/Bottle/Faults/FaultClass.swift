// SPDX-License-Identifier: Apache-2.0

/// A class of faults, by the name with which `--faults` chooses it and a plan's text says it.
public enum FaultClass: String, Hashable, Sendable, CaseIterable {
  /// SIGKILL.
  case kill
  /// A machine loses power.
  case power
  /// The network is cut.
  case partition
  /// The network loses, delays, doubles and reorders.
  case weather
  /// Connections are reset.
  case reset
  /// Connections are forgotten on the way, and no end is told.
  case halfOpen = "half-open"
  /// Writes or syncs fail, or the disk is full.
  case disk
  /// Syncs are said to be done and are not.
  case lyingDisk = "lying-disk"
  /// What blocks takes long.
  case lanes
  /// Calls of hypervisor, switch and disks are slow, fail, hang or lie.
  case calls
  /// libvirtd is away.
  case hypervisor
  /// A guest crashes, stops or is paused.
  case guest
  /// Clocks drift within the bound that leases allow for.
  case drift
  /// Clocks drift beyond it.
  case driftBeyond = "drift-beyond"
  /// Civil time jumps.
  case civilTime = "civil-time"
  /// The controller's store is put back to a backup.
  case restore

  /// Whether Roost promises to live with it. What it does not is chosen by name only.
  public var isPromised: Bool { self != .lyingDisk && self != .driftBeyond }
}
