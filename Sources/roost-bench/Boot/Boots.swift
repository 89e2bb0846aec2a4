// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import LocalCloud

/// Makes servers through the API and takes the time until each runs.
struct Boots: Sendable {
  private let cloud: LocalCloud
  private let furnishing: Furnishing
  private let starts: GuestStarts

  init(_ cloud: LocalCloud, _ furnishing: Furnishing, _ starts: GuestStarts) {
    self.cloud = cloud
    self.furnishing = furnishing
    self.starts = starts
  }

  /// Servers that run.
  struct Made: Sendable {
    let cloud: LocalCloud
    let servers: [String]
    /// From the request until libvirt said that the domain started.
    let milliseconds: [Double]
  }

  /// Makes `count` servers with `atOnce` clients, each a connection of its own.
  func run(count: Int, atOnce: Int) async throws(RoostError) -> Made {
    let clients = (0..<atOnce).map { _ in
      CloudClient(apiURL: cloud.apiURL, password: cloud.password)
    }
    // Each gets its token now.
    for client in clients { try await client.waitForNode() }
    let asked: [(server: String, at: Timestamp)]
    do {
      asked = try await withThrowingTaskGroup { group in
        for (index, client) in clients.enumerated() {
          group.addTask { try await make(count / atOnce, "bench\(index)", client) }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
    } catch {
      throw .wrapping(error)
    }
    return Made(
      cloud: cloud, servers: asked.map(\.server), milliseconds: try await spans(asked, clients[0]))
  }

  private func make(
    _ count: Int, _ name: String, _ client: CloudClient
  ) async throws(RoostError) -> [(server: String, at: Timestamp)] {
    var asked: [(server: String, at: Timestamp)] = []
    for number in 0..<count {
      let time = SystemClock().now
      let server = try await client.createServer("\(name)-\(number)", furnishing)
      asked.append((server, time))
      let status = try await client.waitUntilBuilt(
        server, atMost: .seconds(600), every: .milliseconds(500))
      guard status == "ACTIVE" || status == "PAUSED" else {
        throw RoostError(.internal, "Server \(server) is \(status).")
      }
    }
    return asked
  }

  private func spans(
    _ asked: [(server: String, at: Timestamp)], _ client: CloudClient
  ) async throws(RoostError) -> [Double] {
    try await client.wait(for: "libvirt's events") { () async throws(RoostError) -> [Double]? in
      let times = try starts.times()
      let spans = asked.compactMap { server, asked in
        times["roost-\(server)"].map { Double($0.microseconds - asked.microseconds) / 1000 }
      }
      return spans.count == asked.count ? spans : nil
    }
  }
}
