// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// A consumer, if it holds anything.
  public func consumer(_ id: ConsumerID) -> ConsumerRecord? {
    consumerSlots[id].map { record(ofConsumer: $0) }
  }

  /// Every consumer, by id.
  public var allConsumers: [ConsumerRecord] {
    consumerSlots.keys.sorted().compactMap { consumer($0) }
  }

  /// Who holds allocations of a provider, by id, with all that they hold.
  public func consumers(of id: ProviderID) -> [ConsumerRecord] {
    guard let slot = slots[id] else { return [] }
    return providers[slot].consumers.map { record(ofConsumer: $0) }.sorted { $0.id < $1.id }
  }

  private func record(ofConsumer slot: Int) -> ConsumerRecord {
    let consumer = consumers[slot]
    let rows = consumer.allocations.map { row in
      (row: row, order: providers[row.slot].order, name: classes.name(of: row.number))
    }
    let allocations = rows.compactMap { row, order, name in name.map { (row, order, $0) } }
      .sorted { ($0.1, $0.2) < ($1.1, $1.2) }
      .map { row, _, name in Allocation(providers[row.slot].id, name, row.amount) }
    return ConsumerRecord(
      id: consumer.id, generation: consumer.generation, type: consumer.type,
      project: consumer.project, user: consumer.user, allocations: allocations)
  }
}
