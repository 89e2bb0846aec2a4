// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Lanes
import Simulation
import Testing

/// What an agent has removed of an instance stays away, whatever ends the agent or the machine.
@Suite struct RemovedDisksTests {
  private let instance = InstanceID.random(from: SeededRandomness())

  private func disks(_ volume: SimulatedVolume) async throws -> InstanceDisks {
    let disks = InstanceDisks(
      root: "/instances", disk: volume.disk(), overlays: SimulatedOverlays(on: volume.disk()),
      surveyLane: InlineLane(), lane: { _ in InlineLane() })
    try await disks.recover()
    return disks
  }

  private func volumeWithAnInstance() async throws -> SimulatedVolume {
    let volume = SimulatedVolume()
    try await disks(volume).createConfigDrive(instance, files: [])
    volume.writeBack()
    return volume
  }

  private func requireNothingLeft(_ volume: SimulatedVolume, _ comment: Comment) async throws {
    volume.comeBack()
    #expect(try await disks(volume).survey() == [], comment)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func aCutOfPowerDoesNotBringThemBack(seed: UInt64) async throws {
    let volume = try await volumeWithAnInstance()
    let disks = try await disks(volume)
    try await disks.remove(instance)
    try await disks.settleRemoval(of: instance)
    volume.losePower(SeededRandomness(seed: seed))
    try await requireNothingLeft(volume, "seed \(seed)")
  }

  @Test func norDoesOneAfterAnAgentThatWasKilledBeforeItFlushed() async throws {
    for seed in 0..<20 as Range<UInt64> {
      let volume = try await volumeWithAnInstance()
      let disks = try await disks(volume)
      try await disks.remove(instance)
      volume.onCall = { call in if call.operation == .syncFolder { volume.kill() } }
      await #expect(throws: RoostError.self) { try await disks.settleRemoval(of: instance) }
      volume.onCall = nil
      volume.comeBack()
      // The next agent finds nothing to remove, and says so.
      let next = try await self.disks(volume)
      #expect(try await next.observe(instance).anything == false)
      try await next.settleRemoval(of: instance)
      volume.losePower(SeededRandomness(seed: seed))
      try await requireNothingLeft(volume, "seed \(seed)")
    }
  }
}
