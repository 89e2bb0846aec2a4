// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Glibc
import Store

/// Writes to a store as a controller does, so that a test can end it at any moment and see what is
/// left. Prints what was acknowledged, a line each.
///
///     store-writer keep STORE FIRST      until it is killed; prints each number once it is written
///     store-writer fill STORE BALLAST    until the disk is full, then again without the ballast
@main
enum Main {
  static func main() async throws {
    let words = CommandLine.arguments
    guard words.count == 4 else { exit(2) }
    let store = try Store.open(words[2])
    switch words[1] {
    case "keep": try await keep(store, from: Int(words[3]) ?? 0)
    case "fill": try await fill(store, ballast: words[3])
    default: exit(2)
    }
    store.close()
  }

  /// Eight clients at once, so that writes share commits.
  private static func keep(_ store: Store, from first: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<8 {
        group.addTask {
          for number in sequence(first: first + client, next: { $0 + 8 }) {
            try await store.write { tx throws(RoostError) in
              try tx.insert(project(number, text: ""))
              try tx.insert(network(number))
            }
            say("\(number)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func fill(_ store: Store, ballast: String) async throws {
    let text = String(repeating: "x", count: 32 << 10)
    let disk = SystemDisk()
    try disk.replace(ballast, with: [UInt8](repeating: 1, count: 512 << 10), mode: 0o600)
    var number = 0
    do throws(RoostError) {
      while true {
        let next = number
        try await store.write { tx throws(RoostError) in try tx.insert(project(next, text: text)) }
        number += 1
      }
    } catch {
      say("refused \(error.kind): \(error.user)")
    }
    say("acknowledged \(number)")
    say("kept \(try await store.read { tx throws(RoostError) in try tx.projects().count })")
    try disk.remove(ballast)
    let next = number
    try await store.write { tx throws(RoostError) in try tx.insert(project(next, text: text)) }
    say("goes on with \(try await store.read { tx throws(RoostError) in try tx.projects().count })")
  }

  private static func project(_ number: Int, text: String) -> Project {
    let time = Timestamp(microseconds: 0)
    return Project(
      id: .random(from: SystemRandomness()), name: "\(number)", description: text, isEnabled: true,
      tokensValidFrom: time, createdAt: time)
  }

  private static func network(_ number: Int) -> Network {
    let time = Timestamp(microseconds: 0)
    return Network(
      id: .random(from: SystemRandomness()), project: .zero, name: "\(number)", description: "",
      isAdminUp: true, isShared: false, physicalNetwork: "physnet-\(number)", mtu: 1500,
      createdAt: time, updatedAt: time)
  }

  /// One write each, so that no line is lost or torn when the process is killed.
  private static func say(_ line: String) {
    let text = line + "\n"
    write(STDOUT_FILENO, text, text.utf8.count)
  }
}
