// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import EventLoop
import Glibc
import LocalCloud
import Synchronization

/// What a fleet costs its controller, and how it comes back when the controller was killed.
struct FleetSuite: Suite {
  let name = "fleet"
  let summary = "agents by the thousand: the controller's memory, CPU and API, and a mass reconnect"
  var options = FleetOptions()

  var usage: String { FleetOptions.usage }

  func configured(by words: [String]) throws(RoostError) -> any Suite {
    var suite = self
    suite.options = try FleetOptions(words)
    return suite
  }

  func run(_ progress: @escaping @Sendable (String) -> Void) async throws(RoostError) -> [Figure] {
    try raiseDescriptorLimit(for: options.agents)
    // Threads made from here on stay on this CPU, those of the runtime among them.
    if sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 { pinThreads(to: FleetCloud.loadCPU) }
    let cloud = try FleetCloud()
    let result: Result<[Figure], RoostError>
    do throws(RoostError) {
      result = .success(try await FleetRun(options, cloud, progress).measure())
    } catch {
      result = .failure(error)
    }
    try cloud.stop()
    return try result.get()
  }

  private func pinThreads(to cpu: Int) {
    let threads = (try? SystemDisk().list("/proc/self/task")) ?? []
    for thread in threads.compactMap({ Int32($0) }) { _ = roost_pin(thread, Int32(cpu)) }
  }

  /// A connection is a descriptor; what the program and the API's clients need comes on top.
  private func raiseDescriptorLimit(for agents: Int) throws(RoostError) {
    let needed = rlim_t(agents + 512)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < needed else { return }
    let allowed = limit.rlim_max
    limit.rlim_cur = needed
    limit.rlim_max = max(allowed, needed)
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw RoostError(
        .unavailable,
        "\(agents) agents need \(needed) descriptors; this process may have \(allowed).")
    }
  }
}
