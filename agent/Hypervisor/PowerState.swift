// SPDX-License-Identifier: Apache-2.0

/// A guest's state in Nova's numbers (`nova.compute.power_state`), which the wire and the compute
/// API carry.
public enum PowerState: UInt32, Sendable, Hashable, CaseIterable {
  /// Unknown, or the domain is no longer defined.
  case noState = 0
  /// vCPUs run.
  case running = 1
  /// vCPUs are stopped; memory is kept.
  case paused = 3
  /// Defined, not active.
  case shutdown = 4
  /// The guest crashed.
  case crashed = 6
  /// The guest suspended itself (ACPI S3).
  case suspended = 7
}
