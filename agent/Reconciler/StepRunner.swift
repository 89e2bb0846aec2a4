// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Images
import Journal
import NodeProtocol
import Switch

/// Carries out single steps. What is to be done was decided by the plan; nothing is decided here.
struct StepRunner: Sendable {
  let parts: NodeParts

  func run(
    _ step: Step, _ entry: JournalEntry, _ observed: ObservedInstance
  ) async throws(RoostError) {
    parts.crashPoints.reach(step.crashPoints.before)
    try await carryOut(step, entry, observed)
    parts.crashPoints.reach(step.crashPoints.after)
  }

  private func carryOut(
    _ step: Step, _ entry: JournalEntry, _ observed: ObservedInstance
  ) async throws(RoostError) {
    let instance = entry.instance
    switch step {
    case .fetchImage:
      _ = try await parts.images.fetch(try entry.image())
    case .createDisk:
      let base = try await parts.images.fetch(try entry.image())
      try await parts.disks.createDisk(instance, base: base, gigabytes: entry.spec.rootGB)
    case .createConfigDrive:
      try await parts.disks.createConfigDrive(instance, files: entry.configDriveFiles)
    case .plugPort(let port):
      try await parts.network.plug(try entry.port(port))
    case .defineDomain:
      let domain = try entry.domain(on: parts, machineType: observed.domain?.machineType)
      try await parts.hypervisor.define(domain)
    case .startDomain:
      try await parts.hypervisor.start(instance, paused: entry.spec.paused)
    case .shutdownDomain:
      try await parts.hypervisor.shutdown(instance)
    case .destroyDomain:
      try await parts.hypervisor.destroy(instance)
    case .unplugPort(let port):
      try await parts.network.unplug(port)
    case .undefineDomain:
      try await parts.hypervisor.undefine(instance)
    case .removeDisks:
      try await parts.disks.remove(instance)
    }
  }
}
