// SPDX-License-Identifier: Apache-2.0

import Base

// Nova's ComputeFilter asks whether the host's service is up and enabled. An operator wants to know which of
// these it was.

/// Whether the node's lease holds.
struct NodeIsUp: HostFilter {
  func question(_ request: RequestShape) -> String? { "node is up" }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool { host.isUp }
}

/// Whether its hypervisor can be used.
struct HypervisorAnswers: HostFilter {
  func question(_ request: RequestShape) -> String? { "hypervisor answers" }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool { host.answers }
}

/// Whether an operator lets new guests onto it.
struct NodeIsEnabled: HostFilter {
  func question(_ request: RequestShape) -> String? { "node is enabled" }
  func passes(_ host: HostClass, _ request: RequestShape) -> Bool {
    host.isEnabled || PlantedBug.disabledTaken.isPlanted
  }
}
