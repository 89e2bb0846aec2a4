// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// A writer's idea of a provider's generation must be right, if it has one.
  func check(_ generation: Int64?, ofProvider slot: Int) throws(LedgerError) {
    guard let generation, generation != providers[slot].generation else { return }
    throw .concurrentUpdate(
      .provider(providers[slot].id), expected: generation, actual: providers[slot].generation)
  }

  /// Changes a provider's own facts, keeping the digest right.
  mutating func changeProvider(_ slot: Int, _ body: (inout Ledger) -> Void) {
    sum &-= digest(ofProvider: slot)
    body(&self)
    providers[slot].fixedDigest = fixedDigest(ofProvider: slot)
    sum &+= digest(ofProvider: slot)
  }
}
