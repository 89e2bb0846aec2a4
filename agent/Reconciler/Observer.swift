// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Images
import Journal
import NodeProtocol
import Switch

/// Looks at what exists of an instance. A look at all taps is shared between instances.
struct Observer: Sendable {
  private let parts: NodeParts
  private let taps: Coalesced<[ObservedTap]>

  init(_ parts: NodeParts) {
    self.parts = parts
    let network = parts.network
    taps = Coalesced { () async throws(RoostError) in try await network.ports() }
  }

  func observe(_ entry: JournalEntry) async throws(RoostError) -> ObservedInstance {
    let domain = try await parts.hypervisor.domain(entry.instance)
    let files = try await parts.disks.observe(entry.instance)
    let taps = Self.taps(of: entry, domain, among: try await taps.value())
    var cached = false
    // A malformed image is for the step that needs it to refuse, with its name.
    if entry.target == .running, domain?.active != true, let image = try? entry.image() {
      cached = try await parts.images.cached(image) != nil
    }
    return ObservedInstance(
      domain: domain.map {
        .init(
          active: $0.active, persistent: $0.persistent, power: $0.powerState,
          generation: $0.generation, machineType: $0.machineType)
      },
      plugged: taps.filter { $0.up && $0.bridge != nil }.map(\.port), taps: taps.map(\.port),
      disk: files.disk, configDrive: files.configDrive, files: files.anything,
      imageCached: cached)
  }

  /// The taps of the instance's ports, and those that its domain uses: of an instance that the node
  /// was only told to remove, nothing else names them.
  private static func taps(
    of entry: JournalEntry, _ domain: ObservedDomain?, among all: [ObservedTap]
  ) -> [ObservedTap] {
    all.filter { tap in
      entry.spec.ports.contains { $0.id == tap.port } || domain?.taps.contains(tap.name) == true
    }
  }
}
