// SPDX-License-Identifier: Apache-2.0

/// Why a placement came out as it did, in numbers.
public struct Explanation: Sendable, Hashable {
  /// One test that hosts had to pass.
  public struct Stage: Sendable, Hashable {
    /// What was asked, as `node is up`.
    public let name: String
    /// How many hosts it removed.
    public let removed: Int
    /// How many it left.
    public let remaining: Int
    /// What the first of those removed say of it themselves.
    public let reasons: [Reason]
  }

  /// Why one host did not pass, in its own words.
  public struct Reason: Sendable, Hashable {
    /// The host's name.
    public let host: String
    /// Its words.
    public let text: String
  }

  /// So many hosts of a stage are quoted; a large fleet must not make a long text.
  static let maximumReasons = 3

  /// The host that was rejected for capacity by the least.
  public struct NearestMiss: Sendable, Hashable {
    /// The host's name.
    public let host: String
    /// What it lacked.
    public let resource: ResourceClass
    /// How much was asked for.
    public let wanted: Int64
    /// How much it could still promise.
    public let free: Double
    /// How much it may promise in all.
    public let capacity: Double
  }

  /// How many hosts there were.
  public internal(set) var hosts = 0
  /// The tests in order. After one that leaves nothing there are no more.
  public internal(set) var stages: [Stage] = []
  /// The chosen host's name.
  public internal(set) var chosen: String?
  /// Set when capacity left no host.
  public internal(set) var nearestMiss: NearestMiss?

  /// The explanation on one line, for an operator.
  public var text: String { text(namingHosts: true) }

  /// The explanation on one line. Tenants read it without the hosts' names.
  public func text(namingHosts: Bool) -> String {
    var parts = ["\(hosts) \(hosts == 1 ? "host" : "hosts")"]
    for stage in stages where stage.removed > 0 {
      var part = "\(stage.name): \(stage.removed) removed"
      if namingHosts, !stage.reasons.isEmpty { part += " (\(stage.quotations))" }
      parts.append(part)
    }
    if let chosen {
      let rest = stages.last?.remaining ?? 0
      parts.append("first of \(rest) left\(namingHosts ? ": \(chosen)" : "")")
    } else if let miss = nearestMiss {
      parts.append(
        "nearest miss: \(namingHosts ? miss.host : "one") has \(trimmed(miss.free)) of "
          + "\(trimmed(miss.capacity)) \(miss.resource.rawValue) free, \(miss.wanted) wanted")
    }
    return parts.joined(separator: "; ") + "."
  }
}

extension Explanation.Stage {
  fileprivate var quotations: String {
    var quotations = reasons.map { "\($0.host): \($0.text)" }
    if removed > reasons.count { quotations.append("and \(removed - reasons.count) more") }
    return quotations.joined(separator: "; ")
  }
}

/// A number of at most two decimals, without a fraction where there is none.
private func trimmed(_ number: Double) -> String {
  let rounded = (number * 100).rounded() / 100
  return rounded == rounded.rounded() && abs(rounded) < 1e15
    ? "\(Int64(rounded))" : "\(rounded)"
}
