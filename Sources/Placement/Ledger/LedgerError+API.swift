// SPDX-License-Identifier: Apache-2.0

public import Base

extension LedgerError {
  /// `errors[].code` of Placement's answers from microversion 1.23 on.
  public var placementCode: String {
    switch self {
    case .concurrentUpdate, .duplicateInventory: "placement.concurrent_update"
    case .duplicateName, .duplicateProvider: "placement.duplicate_name"
    case .hasChildren: "placement.resource_provider.cannot_delete_parent"
    case .providerInUse: "placement.resource_provider.inuse"
    case .inventoryInUse: "placement.inventory.inuse"
    case .providerNotFound: "placement.resource_provider.not_found"
    default: "placement.undefined_code"
    }
  }

  /// What decides the status code where the path named the thing. In a body, a thing that is not
  /// found makes the request bad; only the API knows which it was.
  public var kind: RoostError.Kind {
    switch self {
    case .invalid, .parentNotFound, .reparenting, .loop: .badRequest
    case .providerNotFound, .consumerNotFound, .inventoryNotFound: .notFound
    case .duplicateProvider, .duplicateName, .duplicateInventory, .hasChildren, .providerInUse,
      .inventoryInUse, .concurrentUpdate, .capacityExceeded, .unitRefused:
      .conflict
    }
  }

  /// The field at fault, where it is one value's fault.
  public var field: String? {
    switch self {
    case .invalid(let field, _, _): field
    case .parentNotFound, .loop, .reparenting: "parent_provider_uuid"
    case .duplicateName: "name"
    case .duplicateProvider: "uuid"
    default: nil
    }
  }
}

extension RoostError {
  /// The same refusal as every part of Roost reports errors.
  public init(_ error: LedgerError) {
    self.init(error.kind, error.description, field: error.field, cause: error)
  }
}
