// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Processes

/// A network namespace of the test's own, gone with it. Needs root.
final class TestNamespace {
  let name = "roost-\(NodeID.random(from: SystemRandomness()).hex.prefix(8))"

  init() throws {
    try Self.ip("netns", "add", name)
  }

  deinit {
    _ = try? Self.ip("netns", "delete", name)
  }

  /// Runs `ip` inside and returns what it prints.
  @discardableResult
  func ip(_ arguments: String...) throws -> String {
    try Self.ip(["-n", name] + arguments)
  }

  @discardableResult
  private static func ip(_ arguments: String...) throws -> String { try ip(arguments) }

  private static func ip(_ arguments: [String]) throws -> String {
    let result = try ChildProcess("/usr/sbin/ip", arguments)
      .run(timeout: .seconds(30), clock: SystemClock())
    guard result.succeeded else {
      throw RoostError(
        .internal, "ip \(arguments.joined(separator: " "))",
        operator: String(decoding: result.errors, as: UTF8.self))
    }
    return String(decoding: result.output, as: UTF8.self)
  }

  /// Whether an interface exists inside.
  func has(_ link: String) -> Bool {
    (try? ip("link", "show", link)) != nil
  }
}
