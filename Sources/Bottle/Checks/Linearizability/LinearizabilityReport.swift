// SPDX-License-Identifier: Apache-2.0

/// Whether what clients were told can be true.
public struct LinearizabilityReport: Sendable, Hashable {
  /// Servers of which it can't, by key.
  public let violations: [Violation]
  /// Servers of which the budget didn't suffice to know, by key.
  public let undecided: [String]

  /// A server of which clients were told what can't be true.
  public struct Violation: Sendable, Hashable {
    public let key: String
    /// The fewest operations found that contradict each other, by when they were answered. Whatever
    /// else was asked may have been done or not: it doesn't help.
    public let operations: [ClientOperation]
    /// The restores of backups in that time.
    let restores: [ClientHistory.Restore]
  }
}

extension LinearizabilityReport.Violation: CustomStringConvertible {
  /// The operations, a line each, below one that says of which server.
  public var description: String {
    let head =
      operations.count == 1
      ? "\(key.onOneLine): this answer can't be right, whatever order things were done in:"
      : "\(key.onOneLine): these answers can't all be right, whatever order things were done in:"
    let backups = restores.map {
      "  \($0.at.clockText) the backup of \($0.backup.clockText) was restored"
    }
    return ([head] + backups + operations.map { "  \($0)" }).joined(separator: "\n")
  }
}

extension ClientHistory {
  /// Checks that for each server there is an order of the operations on it in which each was done
  /// between request and answer and every answer is right: that the history is linearizable. What is
  /// linearizable for each server is so as a whole.
  ///
  /// Source: A. Horn and D. Kroening, "Faster Linearizability Checking via P-Compositionality", FORTE
  /// 2015.
  ///
  /// - Parameter budget: how many states the search looks at, at the most, for each server.
  public func check(budget: Int = 100_000) -> LinearizabilityReport {
    let keys = Dictionary(grouping: operations, by: \.key)
    var violations: [LinearizabilityReport.Violation] = []
    var undecided: [String] = []
    for (key, operations) in keys.sorted(by: { $0.key < $1.key }) {
      let contradiction = Contradiction(restores: restores, budget: budget)
      switch contradiction.verdict(operations) {
      case .linearizable: break
      case .undecided: undecided.append(key)
      case .impossible:
        let essential = contradiction.essence(of: operations)
        let last = essential.last?.answered ?? .zero
        violations.append(
          .init(
            key: key, operations: essential, restores: restores.filter { $0.at <= last }))
      }
    }
    return LinearizabilityReport(violations: violations, undecided: undecided)
  }
}
