// SPDX-License-Identifier: Apache-2.0

/// What a server is, in Nova's words.
public enum VMState: String, Sendable, Hashable, CaseIterable {
  case building
  case active
  case paused
  case suspended
  case stopped
  case error
  case deleted
}

/// What is being done to a server, in Nova's words.
public enum TaskState: String, Sendable, Hashable, CaseIterable {
  case scheduling
  case spawning
  case deleting
}

/// What the hypervisor says of a guest; Nova's numbers.
public enum PowerState: Int64, Sendable, Hashable, CaseIterable {
  case noState = 0
  case running = 1
  case paused = 3
  case shutDown = 4
  case crashed = 6
  case suspended = 7
}

/// The word the API shows. Source: `_STATE_MAP` in nova/api/openstack/common.py; a task only
/// shows through where Nova lets it.
public enum ServerStatus: String, Sendable, Hashable, CaseIterable {
  case active = "ACTIVE"
  case build = "BUILD"
  case deleted = "DELETED"
  case error = "ERROR"
  case paused = "PAUSED"
  case shutoff = "SHUTOFF"
  case suspended = "SUSPENDED"

  /// The word for a state.
  public init(_ state: VMState) {
    self =
      switch state {
      case .building: .build
      case .active: .active
      case .paused: .paused
      case .suspended: .suspended
      case .stopped: .shutoff
      case .error: .error
      case .deleted: .deleted
      }
  }
}

extension VMState {
  /// What a settled guest that should run is, by its power state.
  public init(settledAt power: PowerState) {
    self =
      switch power {
      case .running: .active
      case .paused: .paused
      case .suspended: .suspended
      case .shutDown, .noState: .stopped
      case .crashed: .error
      }
  }
}
