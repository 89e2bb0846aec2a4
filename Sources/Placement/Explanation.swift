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

  /// What one of the best hosts scored.
  public struct Ranked: Sendable, Hashable {
    /// The host's name.
    public let host: String
    /// The sum of what the weighers say.
    public let score: Double
    /// What each says, without those that say 0.
    public let terms: [Term]
  }

  /// What one weigher says of a host.
  public struct Term: Sendable, Hashable {
    /// Which.
    public let weigher: Weigher
    /// Its multiplier times the weight on its scale.
    public let score: Double
  }

  /// How near the hosts come that pass all filters.
  public struct Miss: Sendable, Hashable {
    /// The host that has most left.
    public let host: String
    /// What was asked for.
    public let resource: ResourceClass
    /// How much of it.
    public let wanted: Int64
    /// How much that host may still promise.
    public let free: Int64
    /// Among how many hosts.
    public let hosts: Int
  }

  /// How many hosts there were.
  public internal(set) var hosts = 0
  /// The tests in order. After one that leaves nothing there are no more.
  public internal(set) var stages: [Stage] = []
  /// The best hosts, the chosen one first.
  public internal(set) var ranked: [Ranked] = []
  /// Set when no host was left although some pass all filters: one for each resource that was asked for.
  public internal(set) var misses: [Miss] = []

  /// The chosen host's name.
  public var chosen: String? { ranked.first?.host }

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
      parts.append(
        "\(ranked.count > 1 ? "best" : "first") of \(rest) left\(namingHosts ? ": \(chosen)\(scores)" : "")"
      )
    }
    for miss in misses where miss.free < miss.wanted || misses.allSatisfy({ $0.free >= $0.wanted })
    {
      parts.append(
        "the most free \(miss.resource.rawValue) among \(miss.hosts) "
          + "\(miss.hosts == 1 ? "host that passes" : "hosts that pass") is \(miss.free)"
          + "\(namingHosts ? " on \(miss.host)" : "") and \(miss.wanted) are wanted")
    }
    return parts.joined(separator: "; ") + "."
  }
}

extension Explanation {
  /// What the best hosts scored, where there was a choice.
  private var scores: String {
    guard ranked.count > 1 else { return "" }
    let texts = ranked.map { ranked in
      let terms = ranked.terms.map { "\($0.weigher.name) \(trimmed($0.score))" }
      return "\(ranked.host) \(trimmed(ranked.score))"
        + (terms.isEmpty ? "" : " (\(terms.joined(separator: ", ")))")
    }
    return "; scores: \(texts.joined(separator: ", "))"
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
