// SPDX-License-Identifier: Apache-2.0

/// A host aggregate as Nova has it: a name that operators give to some hosts, with settings for them.
public struct HostAggregate: Sendable, Hashable {
  /// Its UUID, by which Placement knows it.
  public var id: AggregateID
  /// Its settings, as `ram_weight_multiplier`.
  public var metadata: [String: String]

  /// An aggregate.
  public init(id: AggregateID, metadata: [String: String] = [:]) {
    self.id = id
    self.metadata = metadata
  }
}

extension [HostAggregate] {
  /// All values of a setting; each may be several with commas between them.
  func values(_ key: String) -> [String] {
    compactMap { $0.metadata[key] }.flatMap { text in
      text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }
    }
  }

  /// The least number that a setting has; nil where none has it, or one is no number.
  ///
  /// Source: `validate_num_values` in nova/scheduler/filters/utils.py.
  func leastNumber(_ key: String) -> Double? {
    let texts = compactMap { $0.metadata[key] }
    let numbers = texts.compactMap { Double($0.trimmed) }.filter(\.isFinite)
    return numbers.count == texts.count ? numbers.min() : nil
  }
}

extension StringProtocol {
  /// Without blanks on either side.
  var trimmed: String {
    let start = drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
