// SPDX-License-Identifier: Apache-2.0

/// A part of `items` of which nothing can be left out without the failure going away, as far as
/// leaving out one piece of each size shows.
///
/// Source: the algorithm ddmin of A. Zeller and R. Hildebrandt, "Simplifying and Isolating
/// Failure-Inducing Input", IEEE Transactions on Software Engineering 28(2), 2002.
///
/// - Parameter fails: whether a part, in the order of `items`, still fails. All of them do.
nonisolated(nonsending) func deltaDebugged<Item>(
  _ items: [Item], fails: nonisolated(nonsending) ([Item]) async -> Bool
) async -> [Item] {
  if items.isEmpty { return items }
  if await fails([]) { return [] }
  var items = items
  var pieces = 2
  while items.count > 1 {
    let bounds = (0...pieces).map { items.count * $0 / pieces }
    var smaller: [Item]?
    var next = min(pieces * 2, items.count)
    for (start, end) in zip(bounds, bounds.dropFirst()) where smaller == nil {
      let piece = Array(items[start..<end])
      if await fails(piece) {
        smaller = piece
        next = 2
      }
    }
    // With two pieces each is what the other leaves.
    for (start, end) in zip(bounds, bounds.dropFirst()) where smaller == nil && pieces > 2 {
      let rest = Array(items[..<start] + items[end...])
      if await fails(rest) {
        smaller = rest
        next = max(pieces - 1, 2)
      }
    }
    if smaller == nil && pieces == items.count { break }
    items = smaller ?? items
    pieces = min(next, items.count)
  }
  return items
}

/// The least number from `least` up that is found to fail on the way down from `most`, which does, in
/// steps that halve where they go too far.
nonisolated(nonsending) func lowered(
  from most: Int, to least: Int, fails: nonisolated(nonsending) (Int) async -> Bool
) async -> Int {
  var current = most
  var step = current - least
  while step > 0 {
    if await fails(current - step) {
      current -= step
      step = current - least
    } else {
      step /= 2
    }
  }
  return current
}
