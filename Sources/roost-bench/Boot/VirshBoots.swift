// SPDX-License-Identifier: Apache-2.0

import Base
import Lanes
import LocalCloud

extension Boots.Made {
  /// Starts the same guests by `virsh create` from the same XML on the same disks and taps, and
  /// takes each command's time in milliseconds. The agent rests meanwhile.
  func repeatedByVirsh(atOnce: Int) async throws(RoostError) -> [Double] {
    cloud.stopAgent()
    var files: [String] = []
    for server in servers {
      let domain = "roost-\(server)"
      let file = "\(cloud.folder)/\(domain).xml"
      let xml = try cloud.hypervisor.virsh(["dumpxml", "--inactive", domain])
      try SystemDisk().replace(file, with: Array(xml.utf8), mode: 0o600)
      try cloud.hypervisor.virsh(["destroy", domain])
      files.append(file)
    }
    let times: [Double]
    do {
      times = try await withThrowingTaskGroup { group in
        var rest = files[...]
        for file in rest.prefix(atOnce) { group.addTask { try await create(file) } }
        rest = rest.dropFirst(atOnce)
        var times: [Double] = []
        while let time = try await group.next() {
          times.append(time)
          if let file = rest.popFirst() { group.addTask { try await create(file) } }
        }
        return times
      }
    } catch {
      throw .wrapping(error)
    }
    try cloud.startAgent()
    return times
  }

  private func create(_ file: String) async throws(RoostError) -> Double {
    let lane = Lane(name: "virsh")
    defer { lane.stop() }
    let hypervisor = cloud.hypervisor
    return try await lane.run("virsh create", timeout: .seconds(600)) { () throws(RoostError) in
      let clock = SystemClock()
      let start = clock.uptime
      try hypervisor.virsh(["create", "--paused", file])
      return (clock.uptime - start).inSeconds * 1000
    }
  }

  /// Deletes the servers.
  func remove() async throws(RoostError) {
    let client = CloudClient(apiURL: cloud.apiURL, password: cloud.password)
    try await client.waitForNode()
    for server in servers { try await client.get("DELETE", "/compute/v2.1/servers/\(server)") }
    for server in servers { try await client.waitUntilGone(server, atMost: .seconds(300)) }
  }
}
