// SPDX-License-Identifier: Apache-2.0

/// The shapes that were asked for lately.
struct ShapeCache: Sendable {
  /// So many are kept; the one that was not asked for longest makes room for a new one.
  static let capacity = 4096

  var states: [ShapeState] = []
  private var indexes: [RequestShape: Int] = [:]

  func index(of shape: RequestShape) -> Int? { indexes[shape] }

  mutating func add(_ state: ShapeState) -> Int {
    var index = states.count
    if index < Self.capacity {
      states.append(state)
    } else {
      index = states.indices.min { states[$0].lastUse < states[$1].lastUse } ?? 0
      indexes[states[index].shape] = nil
      states[index] = state
    }
    indexes[state.shape] = index
    return index
  }

  /// Forgets all, as when a class gets a column of its own.
  mutating func clear() {
    states = []
    indexes = [:]
  }
}
