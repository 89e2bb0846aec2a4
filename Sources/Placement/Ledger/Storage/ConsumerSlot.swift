// SPDX-License-Identifier: Apache-2.0

import Base

/// An allocation in the ledger's own form.
struct AllocationRow: Sendable, Hashable {
  /// The provider's slot.
  let slot: Int
  /// The class's number.
  let number: Int
  let amount: Int64
}

/// A consumer in the ledger's own form.
struct ConsumerSlot: Sendable {
  let id: ConsumerID
  var generation: Int64
  var type: String?
  var project: String
  var user: String
  var allocations: [AllocationRow]

  /// What lies in a slot that is not in use.
  static var vacant: ConsumerSlot {
    ConsumerSlot(id: .zero, generation: 0, type: nil, project: "", user: "", allocations: [])
  }
}
