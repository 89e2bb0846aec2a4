// SPDX-License-Identifier: Apache-2.0

extension CandidateQuery {
  /// Throws what is wrong with the query itself, before anything is searched.
  func validate() throws(LedgerError) {
    guard (1...LedgerLimits.groups).contains(groups.count) else {
      throw .invalid(
        field: "groups", value: "\(groups.count) of them",
        allowed: "1 to \(LedgerLimits.groups) request groups")
    }
    if let limit, limit < 1 {
      throw .invalid(field: "limit", value: "\(limit)", allowed: "an integer from 1 on")
    }
    guard budget >= 1 else {
      throw .invalid(field: "budget", value: "\(budget)", allowed: "an integer from 1 on")
    }
    guard groups.contains(where: { !$0.resources.isEmpty }) else {
      throw .invalid(field: "resources", value: "empty", allowed: "at least one resource")
    }
    try checkNames()
    let suffixes = Set(groups.map(\.suffix))
    guard suffixes.count == groups.count else {
      throw .invalid(field: "groups", value: "a suffix twice", allowed: "each suffix once")
    }
    try checkSubtrees(of: suffixes)
    let inSubtrees = Set(sameSubtrees.joined())
    for group in groups {
      try group.validate()
      guard !group.resources.isEmpty || inSubtrees.contains(group.suffix) else {
        throw .invalid(
          field: "resources\(group.suffix)", value: "empty",
          allowed: "at least one resource, unless a same_subtree names the group")
      }
    }
  }

  private func checkSubtrees(of suffixes: Set<String>) throws(LedgerError) {
    guard sameSubtrees.count <= LedgerLimits.subtrees else {
      throw .invalid(
        field: "same_subtree", value: "\(sameSubtrees.count) of them",
        allowed: "at most \(LedgerLimits.subtrees)")
    }
    for subtree in sameSubtrees {
      guard !subtree.isEmpty, subtree.count <= LedgerLimits.groups else {
        throw .invalid(
          field: "same_subtree", value: "\(subtree.count) suffixes",
          allowed: "1 to \(LedgerLimits.groups)")
      }
      for suffix in subtree where suffix.isEmpty || !suffixes.contains(suffix) {
        throw .invalid(
          field: "same_subtree", value: "\"\(suffix)\"", allowed: "the suffix of a request group")
      }
    }
  }

  /// So many names are compared with every provider's that there must be an end to them.
  func checkNames() throws(LedgerError) {
    let count = groups.reduce(rootRequired.count + rootForbidden.count) { $0 + $1.nameCount }
    guard count <= LedgerLimits.queryNames else {
      throw .invalid(
        field: "required and member_of", value: "\(count) traits, aggregates and lists of them",
        allowed: "at most \(LedgerLimits.queryNames)")
    }
  }
}

extension RequestGroup {
  /// How many traits, aggregates and lists of them it names.
  var nameCount: Int {
    forbidden.count + forbiddenAggregates.count
      + required.reduce(required.count) { $0 + $1.count }
      + memberOf.reduce(memberOf.count) { $0 + $1.count }
  }

  /// Throws what is wrong with the group itself.
  func validate() throws(LedgerError) {
    guard suffix.isEmpty || isGroupSuffix(suffix) else {
      throw .invalid(
        field: "suffix", value: "\"\(suffix.prefix(80))\"",
        allowed: "1 to 64 letters, digits, _ and -")
    }
    guard resources.count <= LedgerLimits.groupResources else {
      throw .invalid(
        field: "resources\(suffix)", value: "\(resources.count) of them",
        allowed: "at most \(LedgerLimits.groupResources)")
    }
    var seen: Set<ResourceClass> = []
    for wanted in resources {
      guard wanted.amount >= 1 else {
        throw .invalid(
          field: "resources\(suffix).\(wanted.resource.rawValue)", value: "\(wanted.amount)",
          allowed: "an integer from 1 on")
      }
      guard seen.insert(wanted.resource).inserted else {
        throw .invalid(
          field: "resources\(suffix)", value: "\(wanted.resource.rawValue) twice",
          allowed: "each class once")
      }
    }
  }
}
