// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// Renames a provider and gives it a parent, or none. Generations stay, as in Placement.
  ///
  /// - Parameter allowsReparenting: whether a provider that has a parent may get another or none, as
  ///   from microversion 1.37 on. One that has none may always get one.
  @discardableResult
  public mutating func updateProvider(
    _ id: ProviderID, name: String, parent: ProviderID?, allowsReparenting: Bool = true
  ) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    try checkName(name)
    if let bearer = slotsByName[name], bearer != slot { throw .duplicateName(name) }
    let subtree = subtree(of: slot)
    var above: Int?
    if let parent {
      guard let found = slots[parent] else { throw .parentNotFound(parent) }
      above = found
    }
    if above != providers[slot].parent {
      guard providers[slot].parent == nil || allowsReparenting else { throw .reparenting(id) }
      if let parent, let above {
        guard !subtree.contains(above) else { throw .loop(id, parent: parent) }
        let isSameTree = providers[above].root == providers[slot].root
        try checkRoom(
          for: isSameTree ? 0 : subtree.count, ofHeight: height(of: subtree), under: above)
      }
    }

    var change = change(of: above == providers[slot].parent ? [slot] : subtree)
    let root = providers[slot].root
    sum &-= digest(ofProvider: slot)
    slotsByName[providers[slot].name] = nil
    slotsByName[name] = slot
    providers[slot].name = name
    if above != providers[slot].parent {
      leaveTree(subtree)
      providers[slot].parent = above
      joinTree(subtree)
    }
    providers[slot].fixedDigest = fixedDigest(ofProvider: slot)
    sum &+= digest(ofProvider: slot)
    let isSame = root == providers[slot].root
    change.roots = ordered(isSame ? [root] : [root, providers[slot].root]).map { providers[$0].id }
    return change
  }

  /// A provider and all below it, each before its children.
  func subtree(of slot: Int) -> [Int] {
    var found = [slot]
    var next = 0
    while next < found.count {
      found += providers[found[next]].children
      next += 1
    }
    return found
  }

  /// How many providers there are from a root down to this one.
  func depth(of slot: Int) -> Int {
    var depth = 1
    var current = slot
    while let parent = providers[current].parent {
      depth += 1
      current = parent
    }
    return depth
  }

  /// How many levels a subtree has.
  private func height(of subtree: [Int]) -> Int {
    guard let top = subtree.first else { return 0 }
    let above = depth(of: top) - 1
    return subtree.reduce(0) { max($0, depth(of: $1) - above) }
  }

  /// A tree must stay within the limits.
  func checkRoom(for count: Int, ofHeight height: Int, under parent: Int) throws(LedgerError) {
    let depth = depth(of: parent) + height
    guard depth <= LedgerLimits.treeDepth else {
      throw .invalid(
        field: "parent_provider_uuid", value: "\(providers[parent].id)",
        allowed: "a provider under which the tree gets no deeper than \(LedgerLimits.treeDepth)")
    }
    guard providers[providers[parent].root].members.count + count <= LedgerLimits.treeSize else {
      throw .invalid(
        field: "parent_provider_uuid", value: "\(providers[parent].id)",
        allowed: "a provider whose tree gets no more than \(LedgerLimits.treeSize) providers")
    }
  }

  /// Takes a subtree, its top first, out of the tree it is in.
  mutating func leaveTree(_ subtree: [Int]) {
    guard let top = subtree.first else { return }
    if let parent = providers[top].parent {
      providers[parent].children.removeAll { $0 == top }
      let root = providers[top].root
      let leaving = subtree.sorted()
      providers[root].members.removeAll { leaving.holds($0) }
    } else {
      roots.remove(at: place(of: top, in: roots))
      providers[top].members = []
    }
  }

  /// Puts a subtree, its top first, into the tree of the top's parent, or makes it a tree.
  mutating func joinTree(_ subtree: [Int]) {
    guard let top = subtree.first else { return }
    let root: Int
    if let parent = providers[top].parent {
      root = providers[parent].root
      providers[parent].children.insert(top, at: place(of: top, in: providers[parent].children))
    } else {
      root = top
      roots.insert(top, at: place(of: top, in: roots))
    }
    for slot in subtree {
      providers[slot].root = root
      providers[root].members.insert(slot, at: place(of: slot, in: providers[root].members))
    }
  }
}
