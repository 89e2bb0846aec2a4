// SPDX-License-Identifier: Apache-2.0

import Base
import LocalCloud
import Processes

/// What Roost adds to the start of a guest, and what its programs weigh at rest.
///
/// Guests are paused at their first instruction, so that the machine's speed as an emulator stays
/// out of the figures.
struct BootSuite: Suite {
  let name = "boot"
  let summary = "POST /servers until the domain runs, beside virsh create; memory at rest"

  private static let oneByOne = 20
  private static let atOnce = 100

  func run(_ progress: @escaping @Sendable (String) -> Void) async throws(RoostError) -> [Figure] {
    progress("starting libvirtd, controller and agent")
    let cloud = try LocalCloud.make(purpose: "bench")
    let result: Result<[Figure], RoostError>
    do throws(RoostError) {
      result = .success(try await measure(cloud, progress))
    } catch {
      result = .failure(error)
    }
    try cloud.stop()
    return try result.get()
  }

  private func measure(
    _ cloud: LocalCloud, _ progress: @Sendable (String) -> Void
  ) async throws(RoostError) -> [Figure] {
    try cloud.startController()
    try cloud.startAgent()
    let client = CloudClient(apiURL: cloud.apiURL, password: cloud.password)
    try await client.waitForNode()
    var figures = try await memory(of: cloud, progress)
    let furnishing = try await client.furnish(paused: true)
    let starts = try GuestStarts(cloud)
    defer { starts.stop() }
    // The first guest of all has the image fetched and QEMU read from the disk.
    try await Boots(cloud, furnishing, starts).run(count: 1, atOnce: 1).remove()
    for (count, atOnce) in [(Self.oneByOne, 1), (Self.atOnce, Self.atOnce)] {
      progress("\(count) guests, \(atOnce) at once")
      let boots = Boots(cloud, furnishing, starts)
      let ours = try await boots.run(count: count, atOnce: atOnce)
      progress("the same by virsh create")
      let theirs = try await ours.repeatedByVirsh(atOnce: atOnce)
      figures += Self.compare(ours.milliseconds, theirs, atOnce: atOnce)
      try await ours.remove()
    }
    return figures
  }

  private static func compare(_ ours: [Double], _ theirs: [Double], atOnce: Int) -> [Figure] {
    let suffix = atOnce == 1 ? "" : "_\(atOnce)"
    return [(50.0, 50.0), (99, 150)].map { percent, aim in
      let peer = theirs.percentile(percent)
      return Figure(
        "create_added_ms_p\(Int(percent))\(suffix)", ours.percentile(percent) - peer, "ms",
        peer: Figure.Peer(name: "virsh create", value: peer), aim: .atMost(aim))
    }
  }

  private func memory(
    of cloud: LocalCloud, _ progress: @Sendable (String) -> Void
  ) async throws(RoostError) -> [Figure] {
    progress("letting controller and agent come to rest")
    do { try await SystemClock().sleep(for: .seconds(5)) } catch { throw .wrapping(error) }
    guard let agent = cloud.agent?.pid, let controller = cloud.controller?.pid else {
      throw RoostError(.internal, "Controller or agent is not running.")
    }
    let agentUse = try MemoryUse(of: agent)
    let controllerUse = try MemoryUse(of: controller)
    return [
      Figure("agent_private_mb", agentUse.privateMB, "MB", aim: .atMost(20)),
      Figure("agent_rss_mb", agentUse.residentMB, "MB", aim: .atMost(32)),
      Figure("controller_private_mb", controllerUse.privateMB, "MB", aim: .atMost(40)),
    ]
  }
}
