// SPDX-License-Identifier: Apache-2.0

public import Base

/// Why the ledger refused something. It then changed nothing.
public enum LedgerError: Error, Sendable, Hashable {
  /// Whose generation was not the expected one.
  public enum Generational: Sendable, Hashable {
    /// A resource provider.
    case provider(ProviderID)
    /// A consumer.
    case consumer(ConsumerID)
  }

  /// A value that is never right.
  case invalid(field: String, value: String, allowed: String)
  /// No provider has this id.
  case providerNotFound(ProviderID)
  /// The parent that was named does not exist.
  case parentNotFound(ProviderID)
  /// The consumer has no allocations.
  case consumerNotFound(ConsumerID)
  /// The provider has no inventory of the class.
  case inventoryNotFound(ProviderID, ResourceClass)
  /// A provider with this id exists.
  case duplicateProvider(ProviderID)
  /// A provider with this name exists.
  case duplicateName(String)
  /// The provider has an inventory of the class already.
  case duplicateInventory(ProviderID, ResourceClass)
  /// The provider has a parent, and the caller may not give it another.
  case reparenting(ProviderID)
  /// The parent is the provider itself or one of its descendants.
  case loop(ProviderID, parent: ProviderID)
  /// The provider has children.
  case hasChildren(ProviderID)
  /// The provider has allocations.
  case providerInUse(ProviderID)
  /// The classes are allocated from the provider.
  case inventoryInUse(ProviderID, [ResourceClass])
  /// Somebody else was faster; nil stands for "does not exist".
  case concurrentUpdate(Generational, expected: Int64?, actual: Int64?)
  /// More than there is.
  case capacityExceeded(
    ProviderID, ResourceClass, wanted: Int64, used: Int64, capacity: Double)
  /// An amount that the inventory does not hand out, however empty it is.
  case unitRefused(ProviderID, ResourceClass, amount: Int64, ProviderInventory)
}

extension LedgerError: CustomStringConvertible {
  /// A sentence that names field, value and what is allowed.
  public var description: String {
    switch self {
    case .invalid(let field, let value, let allowed):
      "\(field) is \(value); allowed is \(allowed)."
    case .providerNotFound(let id): "There is no resource provider \(id)."
    case .parentNotFound(let id):
      "parent_provider_uuid is \(id); there is no such resource provider."
    case .consumerNotFound(let id): "Consumer \(id) has no allocations."
    case .inventoryNotFound(let id, let name):
      "Resource provider \(id) has no inventory of \(name.rawValue)."
    case .duplicateProvider(let id): "A resource provider \(id) exists already."
    case .duplicateName(let name): "A resource provider named \(name) exists already."
    case .duplicateInventory(let id, let name):
      "Resource provider \(id) has an inventory of \(name.rawValue) already."
    case .reparenting(let id):
      "Resource provider \(id) has a parent; another or none needs microversion 1.37."
    case .loop(let id, let parent):
      "parent_provider_uuid is \(parent), which is \(id) itself or one of its descendants; allowed "
        + "is a provider outside of its subtree."
    case .hasChildren(let id): "Resource provider \(id) has children; delete those first."
    case .providerInUse(let id): "Resource provider \(id) has allocations; delete those first."
    case .inventoryInUse(let id, let names):
      "Resource provider \(id) has allocations of \(names.map(\.rawValue).joined(separator: ", "))."
    case .concurrentUpdate(let whose, let expected, let actual):
      "\(whose.text) has generation \(text(actual)), not \(text(expected)); read it again."
    case .capacityExceeded(let id, let name, let wanted, let used, let capacity):
      "\(wanted) \(name.rawValue) of resource provider \(id) is more than there is: \(used) of "
        + "\(capacity) are used by others."
    case .unitRefused(let id, let name, let amount, let inventory):
      "\(amount) \(name.rawValue) of resource provider \(id) is not handed out; allowed are "
        + "multiples of \(inventory.stepSize) from \(inventory.minUnit) to \(inventory.maxUnit)."
    }
  }
}

extension LedgerError.Generational {
  fileprivate var text: String {
    switch self {
    case .provider(let id): "Resource provider \(id)"
    case .consumer(let id): "Consumer \(id)"
    }
  }
}

private func text(_ generation: Int64?) -> String {
  generation.map { "\($0)" } ?? "null"
}
