// SPDX-License-Identifier: Apache-2.0

extension HostTree {
  /// Builds a node anew from the hosts below it, and one more.
  mutating func rebuild(_ node: Int32, adding entry: HostEntry? = nil) {
    var entries: [HostEntry] = []
    entries.reserveCapacity(nodes[Int(node)].count + 1)
    takeEntries(below: node, into: &entries)
    if let entry { entries.append(entry) }
    if node == Self.root { turn() }
    let parent = nodes[Int(node)].parent
    nodes[Int(node)] = Node()
    nodes[Int(node)].parent = parent
    build(&entries, 0..<entries.count, at: node)
  }

  /// The column in which hosts of a box differ most, measured by how the whole fleet differs; nil if they
  /// hardly do.
  func widestColumn(of box: HostBox) -> Int? {
    let (all, high, low) = (boxes[Int(Self.root)], box.high, box.low)
    var widest: (column: Int, share: Double)?
    for column in columns where high[column] > low[column] {
      let share = (high[column] - low[column]) / max(all.high[column] - all.low[column], 1e-300)
      if share > 0.02, share > widest?.share ?? 0 { widest = (column, share) }
    }
    return widest?.column
  }

  private mutating func takeEntries(below node: Int32, into entries: inout [HostEntry]) {
    let here = nodes[Int(node)]
    if here.isLeaf {
      entries += leaves.entries(of: here.block)
      leaves.freeBlock(here.block)
    } else {
      for child in [here.left, here.right] {
        takeEntries(below: child, into: &entries)
        freeNode(child)
      }
    }
  }

  private mutating func build(_ entries: inout [HostEntry], _ range: Range<Int>, at node: Int32) {
    nodes[Int(node)].count = range.count
    var box = HostBox.none
    for entry in entries[range] { box.add(entry, direction) }
    boxes[Int(node)] = box
    guard range.count > HostLeaves.size else {
      let block = leaves.makeBlock(of: node)
      nodes[Int(node)].block = block
      for entry in entries[range] { leaves.append(entry, to: block) }
      return
    }
    let (split, middle) = divide(&entries, range, box)
    nodes[Int(node)].split = split
    let (left, right) = (makeNode(), makeNode())
    nodes[Int(node)].left = left
    nodes[Int(node)].right = right
    nodes[Int(left)].parent = node
    nodes[Int(right)].parent = node
    build(&entries, range.lowerBound..<middle, at: left)
    build(&entries, middle..<range.upperBound, at: right)
  }

  /// Sorts the hosts into two parts, neither of which has less than a fifth of them.
  private func divide(
    _ entries: inout [HostEntry], _ range: Range<Int>, _ box: HostBox
  ) -> (Split, middle: Int) {
    let differing = columns.filter { box.high[$0] > box.low[$0] }
    let widest = widestColumn(of: box)
    for column in [widest].compactMap({ $0 }) + differing.filter({ $0 != widest }) {
      entries[range].sort {
        ($0.vector.weights[column], $0.slot) < ($1.vector.weights[column], $1.slot)
      }
      let from = entries[range.lowerBound + range.count / 2].vector.weights[column]
      let (low, high) = bounds(of: from, in: column, entries[range])
      let least = range.count / 5
      for middle in [low, high]
      where middle - range.lowerBound >= least && range.upperBound - middle >= least {
        return (.byWeight(column, from: entries[middle].vector.weights[column]), middle)
      }
    }
    entries[range].sort { $0.slot < $1.slot }
    let middle = range.lowerBound + range.count / 2
    return (.bySlot(entries[middle].slot), middle)
  }

  /// Where hosts with this weight begin and end among hosts in the order of their weights.
  private func bounds(
    of weight: Double, in column: Int, _ entries: ArraySlice<HostEntry>
  ) -> (Int, Int) {
    let low = entries.firstIndex { $0.vector.weights[column] >= weight } ?? entries.endIndex
    let high = entries.lastIndex { $0.vector.weights[column] <= weight }.map { $0 + 1 }
    return (low, high ?? entries.endIndex)
  }
}
