// SPDX-License-Identifier: Apache-2.0

public import Base

/// A new network namespace that goes when nobody holds it any more. Needs root.
public final class TemporaryNamespace: Sendable {
  /// What `ip netns` calls it.
  public let name = "roost-test-\(NodeID.random(from: SystemRandomness()).hex.prefix(8))"

  /// Makes it.
  public init() throws(RoostError) {
    try command("/usr/sbin/ip", "netns", "add", name)
  }

  deinit {
    _ = try? command("/usr/sbin/ip", "netns", "delete", name)
  }

  /// Runs `ip` for it and returns what that prints.
  @discardableResult
  public func ip(_ arguments: String...) throws(RoostError) -> String {
    try command("/usr/sbin/ip", ["-n", name] + arguments)
  }

  /// Runs a program inside and returns what it prints.
  @discardableResult
  public func inside(_ words: [String]) throws(RoostError) -> String {
    try command("/usr/sbin/ip", ["netns", "exec", name] + words)
  }

  /// Whether an interface exists inside.
  public func has(_ link: String) -> Bool {
    (try? ip("link", "show", link)) != nil
  }
}
