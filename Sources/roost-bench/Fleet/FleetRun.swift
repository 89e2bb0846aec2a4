// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import LocalCloud

/// One run of the fleet suite: a controller, its agents, and what is measured of them, in order.
struct FleetRun: Sendable {
  private let options: FleetOptions
  private let cloud: FleetCloud
  private let plan: FleetPlan
  private let progress: @Sendable (String) -> Void
  private let clock = SystemClock()

  init(
    _ options: FleetOptions, _ cloud: FleetCloud, _ progress: @escaping @Sendable (String) -> Void
  ) {
    self.options = options
    self.cloud = cloud
    self.progress = progress
    plan = FleetPlan(options: options)
  }

  func measure() async throws(RoostError) -> [Figure] {
    progress("making \(options.agents) certificates and a store with \(options.guests) guests")
    try cloud.furnish()
    let files = try cloud.certificates(for: (0..<options.agents).map { plan.node($0).id })
    try await FleetStore(plan: plan).fill(cloud.database, progress)
    let loop = try EventLoop(name: "agents")
    defer { loop.stop() }
    let agents = try FleetAgents(
      plan, files, authority: cloud.authority, address: cloud.wireAddress, loop: loop)
    progress("starting the controller")
    try cloud.startController()
    let client = CloudClient(apiURL: cloud.apiURL, password: cloud.password)
    try await waitForAPI(client)
    try await pause(3)
    let alone = try MemoryUse(of: cloud.controller()).privateMB
    let fleet = Task(executorPreference: loop) { await agents.run() }
    defer { fleet.cancel() }
    let begun = clock.uptime
    try await waitForAll(agents)
    progress("all are registered after \((agents.registered.since - begun).inSeconds.short) s")
    return try await measure(agents, alone: alone, client)
  }

  private func measure(
    _ agents: FleetAgents, alone: Double, _ client: CloudClient
  ) async throws(RoostError) -> [Figure] {
    // Agents look at their guests when they start; that is not what is measured.
    try await pause(options.seconds / 2)
    let attached = try MemoryUse(of: cloud.controller()).privateMB
    progress("the controller holds \(alone.short) MB alone and \(attached.short) MB with all")

    progress("heartbeats alone, for \(options.seconds) s")
    let quiet = try await load(for: options.seconds)

    progress("\(options.churnPercent) % of the guests change in a minute, and clients use the API")
    let api = try await APILoad(cloud, plan)
    let busy = try await churn(agents, api)
    let calm = api.take()
    progress(
      "\(calm.milliseconds.count) calls, median \(calm.milliseconds.percentile(50).short) ms, "
        + "\(calm.failures) without an answer; the controller at \(busy.short) % of its core")

    progress("killing the controller")
    let reconnect = try await reconnect(agents, api, client)
    let flood = api.take()
    let spent = try ProcessUse(of: cloud.controller()).seconds
    progress(
      "back after \(reconnect.short) s, \(spent.short) s of a CPU for the controller; meanwhile \(flood.milliseconds.count) calls, 99th "
        + "percentile \(flood.milliseconds.percentile(99).short) ms, \(flood.failures) without "
        + "an answer")
    return [
      Figure(
        "controller_kb_per_agent", (attached - alone) * 1000 / Double(options.agents), "kB",
        aim: .atMost(20)),
      Figure("heartbeat_core_percent", quiet, "%", aim: .atMost(25)),
      Figure("reconnect_s", reconnect, "s", aim: .atMost(15)),
      Figure("api_p99_ms", calm.milliseconds.percentile(99), "ms", aim: .atMost(50)),
    ]
  }

  /// The share of one CPU that the controller takes for so many seconds, in percent.
  private func load(for seconds: Int) async throws(RoostError) -> Double {
    let (before, begun) = (try ProcessUse(of: cloud.controller()), clock.uptime)
    try await pause(seconds)
    let after = try ProcessUse(of: cloud.controller())
    return (after.seconds - before.seconds) / (clock.uptime - begun).inSeconds * 100
  }

  /// Changes guests at the rate, with clients on the API. Returns the controller's share of a CPU.
  private func churn(_ agents: FleetAgents, _ api: APILoad) async throws(RoostError) -> Double {
    let isOver = Flag()
    let outcome = await withTaskGroup(of: Void.self) { group -> Result<Double, RoostError> in
      group.addTask { await api.run(until: isOver) }
      group.addTask { await change(agents, until: isOver) }
      do throws(RoostError) {
        let share = try await load(for: options.seconds)
        isOver.raise()
        return .success(share)
      } catch {
        isOver.raise()
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private func change(_ agents: FleetAgents, until isOver: Flag) async {
    let perSecond = Double(options.guests) * options.churnPercent / 100 / 60
    guard perSecond > 0 else { return }
    let random = SeededRandomness(seed: 4711)
    while !isOver.isRaised {
      agents.change(guest: Int(random.number(below: UInt64(options.guests))))
      try? await clock.sleep(for: .microseconds(Int64(1_000_000 / perSecond)))
    }
  }

  /// Kills the controller, starts it again, and returns how long after that the last agent is
  /// registered.
  private func reconnect(
    _ agents: FleetAgents, _ api: APILoad, _ client: CloudClient
  ) async throws(RoostError) -> Double {
    cloud.killController()
    while agents.registered.count > 0 { try await pause(milliseconds: 10) }
    let begun = clock.uptime
    try cloud.startController()
    try await waitForAPI(client)
    progress("the API answers after \((clock.uptime - begun).inSeconds.short) s")
    let isOver = Flag()
    let outcome = await withTaskGroup(of: Void.self) { group -> Result<Void, RoostError> in
      group.addTask { await api.run(until: isOver) }
      defer { isOver.raise() }
      do throws(RoostError) { return .success(try await waitForAll(agents)) } catch {
        return .failure(error)
      }
    }
    try outcome.get()
    return (agents.registered.since - begun).inSeconds
  }

  private func waitForAll(_ agents: FleetAgents) async throws(RoostError) {
    let deadline = clock.uptime + .seconds(300)
    var told = 0
    while agents.registered.count < options.agents {
      _ = try cloud.controller()
      guard clock.uptime < deadline else {
        throw RoostError(
          .deadlineExceeded,
          "Only \(agents.registered.count) of \(options.agents) agents are registered.")
      }
      try await pause(milliseconds: 20)
      let tenth = agents.registered.count * 10 / options.agents
      if tenth > told {
        told = tenth
        progress("\(agents.registered.count) are registered")
      }
    }
  }

  private func waitForAPI(_ client: CloudClient) async throws(RoostError) {
    _ = try await client.wait(for: "the API", atMost: .seconds(120)) {
      () async throws(RoostError) -> Bool? in
      try await client.get("GET", "/compute/v2.1/flavors")
      return true
    }
  }

  private func pause(_ seconds: Int) async throws(RoostError) {
    try await pause(milliseconds: seconds * 1000)
  }

  private func pause(milliseconds: Int) async throws(RoostError) {
    do { try await clock.sleep(for: .milliseconds(milliseconds)) } catch { throw .wrapping(error) }
  }
}
