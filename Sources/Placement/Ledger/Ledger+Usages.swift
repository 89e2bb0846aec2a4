// SPDX-License-Identifier: Apache-2.0

/// What consumers of one type hold together.
public struct TypeUsage: Sendable, Hashable {
  /// The type; nil for consumers of which no writer has said it.
  public let type: String?
  /// How many consumers there are.
  public let consumers: Int
  /// The sums, in order of the classes' names.
  public let amounts: [ResourceAmount]
}

extension Ledger {
  /// What a project's consumers hold, or those of one of its users, by type: `GET /usages`. Types in
  /// order of their names, the unknown one first. It looks at every consumer.
  public func usages(project: String, user: String? = nil) -> [TypeUsage] {
    var sums: [(type: String?, consumers: Int, rows: [AllocationRow])] = []
    for slot in 0..<consumers.capacity {
      let consumer = consumers[slot]
      guard !consumer.allocations.isEmpty, consumer.project == project,
        user == nil || consumer.user == user
      else { continue }
      let place = sums.firstIndex { $0.type == consumer.type } ?? sums.count
      if place == sums.count { sums.append((consumer.type, 0, [])) }
      sums[place].consumers += 1
      for row in consumer.allocations {
        if let known = sums[place].rows.firstIndex(where: { $0.number == row.number }) {
          let sum = sums[place].rows[known].amount + row.amount
          sums[place].rows[known] = AllocationRow(slot: 0, number: row.number, amount: sum)
        } else {
          sums[place].rows.append(AllocationRow(slot: 0, number: row.number, amount: row.amount))
        }
      }
    }
    return sums.map { sum in
      TypeUsage(
        type: sum.type, consumers: sum.consumers,
        amounts: sum.rows.compactMap { row in
          classes.name(of: row.number).map { ResourceAmount($0, row.amount) }
        }.sorted { $0.resource < $1.resource })
    }.sorted { ($0.type ?? "") < ($1.type ?? "") }
  }
}
