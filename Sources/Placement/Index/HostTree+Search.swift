// SPDX-License-Identifier: Apache-2.0

extension HostTree {
  /// The best hosts that pass, added to those that are known.
  func rank(_ test: HostTest, by scale: Scale, into ranking: inout Ranking) {
    let bound = ScoreBound(scale, direction)
    guard count > 0, bound.of(boxes[0], test, ranking) > -.infinity else { return }
    rank(test, scale, bound, Self.root, &ranking)
  }

  private func rank(
    _ test: HostTest, _ scale: Scale, _ bound: ScoreBound, _ node: Int32, _ ranking: inout Ranking
  ) {
    var (first, second) = (Int(nodes[Int(node)].left), Int(nodes[Int(node)].right))
    guard first >= 0 else { return scan(nodes[Int(node)].block, test, scale, &ranking) }
    let bounds = (bound.of(boxes[first], test, ranking), bound.of(boxes[second], test, ranking))
    if bounds.1 > bounds.0
      || (bounds.1 == bounds.0 && boxes[second].firstSlot < boxes[first].firstSlot)
    {
      (first, second) = (second, first)
    }
    guard max(bounds.0, bounds.1) > -.infinity else { return }
    rank(test, scale, bound, Int32(first), &ranking)
    guard min(bounds.0, bounds.1) > -.infinity, bound.of(boxes[second], test, ranking) > -.infinity
    else { return }
    rank(test, scale, bound, Int32(second), &ranking)
  }

  private func scan(
    _ block: Int, _ test: HostTest, _ scale: Scale, _ ranking: inout Ranking
  ) {
    let count = leaves.counts[block]
    for row in 0..<HostLeaves.rows where row * 8 < count {
      let passing = passing(block, row, test)
      guard any(passing) else { continue }
      var scores = SIMD8<Double>.zero
      for column in 0..<8 where scale.multipliers[column] != 0 {
        let weights = leaves.weights[(block * 8 + column) * HostLeaves.rows + row]
        scores +=
          scale.multipliers[column]
          * ((weights - scale.low[column]) / scale.range[column])
      }
      for lane in 0..<min(8, count - row * 8) where passing[lane] {
        let place = block * HostLeaves.size + row * 8 + lane
        let slot = leaves.slots[place]
        guard ranking.wouldTake(scores[lane], slot),
          test.passes(kind: leaves.kinds[place], slot: slot)
        else { continue }
        ranking.add(slot, scores[lane])
      }
    }
  }

  /// Which hosts of a row have room for what is asked.
  private func passing(_ block: Int, _ row: Int, _ test: HostTest) -> SIMDMask<SIMD8<Int64>> {
    var passing = SIMDMask<SIMD8<Int64>>(repeating: true)
    for column in 0..<8 where test.needs[column] > -.infinity {
      passing .&= leaves.rooms[(block * 8 + column) * HostLeaves.rows + row] .>= test.needs[column]
    }
    return passing
  }

  /// The greatest weight in a column among hosts that pass; −∞ if none does.
  func greatest(_ column: Int, _ test: HostTest) -> Double {
    var best = -Double.infinity
    extreme(test, Self.root, &best) {
      $0.high[column]
    } of: {
      leaves.weights[($0 * 8 + column) * HostLeaves.rows + $1]
    }
    return best
  }

  /// The least weight in a column among hosts that pass; ∞ if none does.
  func least(_ column: Int, _ test: HostTest) -> Double {
    var best = -Double.infinity
    extreme(test, Self.root, &best) {
      -$0.low[column]
    } of: {
      -leaves.weights[($0 * 8 + column) * HostLeaves.rows + $1]
    }
    return -best
  }

  private func extreme(
    _ test: HostTest, _ node: Int32, _ best: inout Double, _ bound: (HostBox) -> Double,
    of row: (Int, Int) -> SIMD8<Double>
  ) {
    var (first, second) = (Int(nodes[Int(node)].left), Int(nodes[Int(node)].right))
    guard first < 0 else {
      if bound(boxes[second]) > bound(boxes[first]) { (first, second) = (second, first) }
      if bound(boxes[first]) > best, test.mayPass(boxes[first]) {
        extreme(test, Int32(first), &best, bound, of: row)
      }
      if bound(boxes[second]) > best, test.mayPass(boxes[second]) {
        extreme(test, Int32(second), &best, bound, of: row)
      }
      return
    }
    let block = nodes[Int(node)].block
    let count = leaves.counts[block]
    for index in 0..<HostLeaves.rows where index * 8 < count {
      let values = row(block, index)
      let passing = passing(block, index, test) .& (values .> best)
      guard any(passing) else { continue }
      for lane in 0..<min(8, count - index * 8) where passing[lane] && values[lane] > best {
        let place = block * HostLeaves.size + index * 8 + lane
        if test.passes(kind: leaves.kinds[place], slot: leaves.slots[place]) { best = values[lane] }
      }
    }
  }
}
