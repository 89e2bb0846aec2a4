// SPDX-License-Identifier: Apache-2.0

/// Hosts by what they have left, so that the best of them is found without a look at most.
///
/// A k-d tree over the weights: a node knows bounds of all hosts below it (`HostBox`), and a search turns
/// away from a node whose bounds can't beat what it has found. Like hosts are near each other, which makes
/// bounds tight. A host that changes moves to the leaf where it now belongs.
struct HostTree: Sendable {
  struct Node: Sendable {
    var count = 0
    var parent: Int32 = -1
    /// The children; −1 in a leaf.
    var left: Int32 = -1
    var right: Int32 = -1
    /// A leaf's block.
    var block = -1
    var split = Split.bySlot(0)
    /// How many of its hosts have changed since it was built.
    var changes = 0

    var isLeaf: Bool { left < 0 }
  }

  /// What sends a host to the right of two children.
  enum Split: Sendable, Hashable {
    /// A weight of at least `from`.
    case byWeight(Int, from: Double)
    /// A slot of at least this: for hosts that are alike.
    case bySlot(UInt32)

    func isRight(_ entry: HostEntry) -> Bool {
      switch self {
      case .byWeight(let column, let from): entry.vector.weights[column] >= from
      case .bySlot(let from): entry.slot >= from
      }
    }
  }

  var nodes: [Node] = [Node()]
  /// What is known of the hosts below each node.
  var boxes: [HostBox] = [.none]
  var leaves = HostLeaves()
  private var freeNodes: [Int32] = []
  /// The weights that hosts are kept apart by: those that scores depend on.
  let columns: [Int]
  /// By which most scores are made.
  let multipliers: SIMD8<Double>
  private(set) var direction = Direction(.zero)
  static let root: Int32 = 0

  /// An empty tree.
  ///
  /// - Parameter multipliers: those that most hosts are weighed with.
  init(multipliers: SIMD8<Double>) {
    self.multipliers = multipliers
    columns = (0..<8).filter { multipliers[$0] != 0 }
    nodes[0].block = leaves.makeBlock(of: Self.root)
  }

  var count: Int { nodes[0].count }

  /// A host as it is in the tree.
  func entry(of slot: UInt32) -> HostEntry? {
    leaves.place(of: slot).map(leaves.entry(at:))
  }

  /// Puts a host where it belongs, wherever it was.
  mutating func set(_ entry: HostEntry) {
    if let place = leaves.place(of: entry.slot) {
      let node = leaves.owners[place / HostLeaves.size]
      if belongs(entry, to: node) {
        leaves.set(entry, at: place)
        refit(from: node)
        noteChange(at: node)
        return
      }
      removeHost(at: place)
    }
    insert(entry)
  }

  mutating func remove(_ slot: UInt32) {
    guard let place = leaves.place(of: slot) else { return }
    removeHost(at: place)
  }

  /// Whether all splits on the way to a node send the host there.
  private func belongs(_ entry: HostEntry, to node: Int32) -> Bool {
    var child = node
    while nodes[Int(child)].parent >= 0 {
      let parent = nodes[Int(child)].parent
      let above = nodes[Int(parent)]
      guard above.split.isRight(entry) == (above.right == child) else { return false }
      child = parent
    }
    return true
  }

  private mutating func insert(_ entry: HostEntry) {
    var node = Self.root
    var lopsided: Int32?
    while true {
      let here = Int(node)
      nodes[here].count += 1
      nodes[here].changes += 1
      boxes[here].add(entry, direction)
      guard !nodes[here].isLeaf else { break }
      let child = nodes[here].split.isRight(entry) ? nodes[here].right : nodes[here].left
      let isLopsided = (nodes[Int(child)].count + 1) * 10 > nodes[here].count * 9
      if lopsided == nil, isLopsided, nodes[here].count > 2 * HostLeaves.size { lopsided = node }
      node = child
    }
    let block = nodes[Int(node)].block
    if leaves.counts[block] < HostLeaves.size {
      leaves.append(entry, to: block)
    } else {
      rebuild(node, adding: entry)
    }
    if let lopsided { rebuild(lopsided) } else { rebuildLoose(above: node) }
  }

  private mutating func removeHost(at place: Int) {
    let block = place / HostLeaves.size
    leaves.remove(at: place)
    var node = leaves.owners[block]
    let leaf = node
    while node >= 0 {
      nodes[Int(node)].count -= 1
      nodes[Int(node)].changes += 1
      node = nodes[Int(node)].parent
    }
    refit(from: leaf)
    if leaves.counts[block] == 0 { removeLeaf(leaf) }
  }

  /// Lets the sibling of an empty leaf take their parent's place.
  private mutating func removeLeaf(_ leaf: Int32) {
    let parent = nodes[Int(leaf)].parent
    guard parent >= 0 else { return }
    let above = nodes[Int(parent)]
    let sibling = above.left == leaf ? above.right : above.left
    leaves.freeBlock(nodes[Int(leaf)].block)
    var moved = nodes[Int(sibling)]
    moved.parent = above.parent
    nodes[Int(parent)] = moved
    boxes[Int(parent)] = boxes[Int(sibling)]
    if moved.isLeaf {
      leaves.owners[moved.block] = parent
    } else {
      nodes[Int(moved.left)].parent = parent
      nodes[Int(moved.right)].parent = parent
    }
    freeNodes += [leaf, sibling]
  }

  /// Makes the boxes true again from a leaf upwards, as far as they change.
  private mutating func refit(from leaf: Int32) {
    var box = leaves.box(of: nodes[Int(leaf)].block, direction)
    var node = leaf
    while boxes[Int(node)] != box {
      boxes[Int(node)] = box
      node = nodes[Int(node)].parent
      guard node >= 0 else { return }
      box = boxes[Int(nodes[Int(node)].left)].union(boxes[Int(nodes[Int(node)].right)])
    }
  }

  private mutating func noteChange(at leaf: Int32) {
    var node = leaf
    while node >= 0 {
      nodes[Int(node)].changes += 1
      node = nodes[Int(node)].parent
    }
    rebuildLoose(above: leaf)
  }

  /// Hosts that were alike when a node was built are kept apart by their slots. Once they differ, that says
  /// nothing of them any more: the node is built anew.
  private mutating func rebuildLoose(above leaf: Int32) {
    var node = leaf
    var loose: Int32?
    while node >= 0 {
      let here = nodes[Int(node)]
      if case .bySlot = here.split, !here.isLeaf, here.changes * 2 >= here.count,
        widestColumn(of: boxes[Int(node)]) != nil
      {
        loose = node
      }
      node = here.parent
    }
    if hasTurned { loose = Self.root }
    if let loose { rebuild(loose) }
  }

  /// Whether the direction was taken of a fleet that was quite another.
  private var hasTurned: Bool {
    guard nodes[0].changes >= nodes[0].count else { return false }
    let now = Direction(multipliers, boxes[0].high)
    return columns.contains { column in
      let (old, new) = (direction.weights[column], now.weights[column])
      return old != new && !(0.5...2).contains(new / old)
    }
  }

  /// Sums weights by what the fleet is like now. Sums made before are void.
  mutating func turn() { direction = Direction(multipliers, boxes[0].high) }

  mutating func makeNode() -> Int32 {
    if let node = freeNodes.popLast() {
      nodes[Int(node)] = Node()
      boxes[Int(node)] = .none
      return node
    }
    nodes.append(Node())
    boxes.append(.none)
    return Int32(nodes.count - 1)
  }

  mutating func freeNode(_ node: Int32) { freeNodes.append(node) }
}
