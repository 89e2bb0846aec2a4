// SPDX-License-Identifier: Apache-2.0

/// A dense array whose places are used again after a removal.
struct SlotTable<Element: Sendable>: Sendable {
  /// What lies in each place.
  private(set) var elements: [Element] = []
  private var free: [Int] = []
  /// What lies in a place that is not in use.
  private let vacant: Element

  init(vacant: Element) { self.vacant = vacant }

  /// How many places there are, in use or not.
  var capacity: Int { elements.count }

  subscript(slot: Int) -> Element {
    _read { yield elements[slot] }
    _modify { yield &elements[slot] }
  }

  /// Puts an element into a place of its own.
  mutating func insert(_ element: Element) -> Int {
    guard let slot = free.popLast() else {
      elements.append(element)
      return elements.count - 1
    }
    elements[slot] = element
    return slot
  }

  /// Empties a place.
  mutating func remove(_ slot: Int) {
    elements[slot] = vacant
    free.append(slot)
  }
}
