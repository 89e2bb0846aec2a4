// SPDX-License-Identifier: Apache-2.0

/// The candidate that a misspelt word most likely means, or nil if none is near: at most a third
/// of its letters, and at least one, may be wrong.
public func nearest(to word: String, among candidates: [String]) -> String? {
  let limit = max(1, word.count / 3)
  let ranked = candidates.map { (distance: editDistance(word, $0), candidate: $0) }
    .sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
  guard let best = ranked.first, best.distance <= limit else { return nil }
  return best.candidate
}

/// Letters to insert, remove, replace or swap with their neighbour, to make one word of the other
/// (optimal string alignment). Words are cut at 64 letters.
func editDistance(_ left: String, _ right: String) -> Int {
  let a = Array(left.prefix(64))
  let b = Array(right.prefix(64))
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
      var best = min(replaced, last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, beforeLast[j - 1] + 1)
      }
      row.append(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
