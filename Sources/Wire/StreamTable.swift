// SPDX-License-Identifier: Apache-2.0

/// What belongs to streams, by their number: a hash table with linear probing. The numbers come one
/// after the other, so that their low bits place them without a hash function, and `change` works on a
/// value where it stands; with a Dictionary, each step of a call hashed, allocated and copied.
struct StreamTable<Value> {
  /// One more than a place in `numbers` and `values`; 0 for none.
  private var slots = [UInt32](repeating: 0, count: 8)
  private var numbers: [UInt32] = []
  /// In no order.
  private(set) var values: [Value] = []

  var count: Int { numbers.count }
  var isEmpty: Bool { numbers.isEmpty }
  /// In ascending order.
  var keys: [UInt32] { numbers.sorted() }

  /// A copy of what belongs to a stream; nil for one that is not there. Setting nil takes it out.
  subscript(number: UInt32) -> Value? {
    get { place(of: number).map { values[$0] } }
    set {
      guard let newValue else {
        _ = removeValue(forKey: number)
        return
      }
      if let place = place(of: number) {
        values[place] = newValue
      } else {
        insert(number, newValue)
      }
    }
  }

  /// Whether a stream is there.
  func contains(_ number: UInt32) -> Bool { slot(of: number) != nil }

  /// Reads without a copy; nil for a stream that is not there.
  func read<R>(_ number: UInt32, _ body: (borrowing Value) -> R) -> R? {
    guard let place = place(of: number) else { return nil }
    return body(values[place])
  }

  /// Changes what belongs to a stream where it stands; nil for one that is not there.
  @discardableResult
  mutating func change<R, Failure: Error>(
    _ number: UInt32, _ body: (inout Value) throws(Failure) -> R
  ) throws(Failure) -> R? {
    guard let place = place(of: number) else { return nil }
    return try body(&values[place])
  }

  /// Takes a stream out.
  mutating func removeValue(forKey number: UInt32) -> Value? {
    guard let slot = slot(of: number) else { return nil }
    let place = Int(slots[slot]) - 1
    vacate(slot)
    // The last one takes its place.
    if let last = numbers.last, last != number, let moved = self.slot(of: last) {
      slots[moved] = UInt32(place + 1)
      numbers[place] = last
      values.swapAt(place, values.count - 1)
    }
    numbers.removeLast()
    return values.removeLast()
  }

  private func place(of number: UInt32) -> Int? { slot(of: number).map { Int(slots[$0]) - 1 } }

  private var mask: Int { slots.count - 1 }

  private func slot(of number: UInt32) -> Int? {
    var slot = Int(number) & mask
    while slots[slot] != 0 {
      if numbers[Int(slots[slot]) - 1] == number { return slot }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private mutating func insert(_ number: UInt32, _ value: Value) {
    numbers.append(number)
    values.append(value)
    guard numbers.count * 2 > slots.count else { return enter(numbers.count) }
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for entry in 1...numbers.count { enter(entry) }
  }

  private mutating func enter(_ entry: Int) {
    var slot = Int(numbers[entry - 1]) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(entry)
  }

  /// Frees a slot: what stands behind it moves up, unless it would come to stand in front of where a
  /// search for it begins.
  private mutating func vacate(_ slot: Int) {
    var gap = slot
    var next = (gap + 1) & mask
    while slots[next] != 0 {
      let home = Int(numbers[Int(slots[next]) - 1]) & mask
      if (next - home) & mask >= (next - gap) & mask {
        slots[gap] = slots[next]
        gap = next
      }
      next = (next + 1) & mask
    }
    slots[gap] = 0
  }
}
