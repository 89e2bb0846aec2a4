// SPDX-License-Identifier: Apache-2.0

import Base

/// What is to happen when: the earliest first, and of what is due at one moment whatever was added first.
struct DueQueue {
  private struct Entry {
    let time: Uptime
    let number: UInt64

    func isBefore(_ other: Entry) -> Bool {
      (time, number) < (other.time, other.number)
    }
  }

  /// A binary heap. What was called off stays until its turn comes, or until it is more than half.
  private var heap: [Entry] = []
  private var bodies: [UInt64: @Sendable () -> Void] = [:]
  private var lastNumber: UInt64 = 0

  /// Returns the number by which it can be called off.
  mutating func add(_ time: Uptime, _ body: @escaping @Sendable () -> Void) -> UInt64 {
    lastNumber += 1
    bodies[lastNumber] = body
    push(Entry(time: time, number: lastNumber))
    return lastNumber
  }

  /// Calls one off. Returns its body.
  mutating func remove(_ number: UInt64) -> (@Sendable () -> Void)? {
    let body = bodies.removeValue(forKey: number)
    if heap.count > 64, bodies.count < heap.count / 2 {
      let live = heap.filter { bodies[$0.number] != nil }
      // A sorted array is a heap.
      heap = live.sorted { $0.isBefore($1) }
    }
    return body
  }

  /// The first, if it is due by `end`.
  mutating func takeFirst(by end: Uptime) -> (time: Uptime, body: @Sendable () -> Void)? {
    while let first = heap.first {
      guard first.time <= end else { return nil }
      pop()
      if let body = bodies.removeValue(forKey: first.number) { return (first.time, body) }
    }
    return nil
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func pop() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var place = 0
    while true {
      let left = 2 * place + 1
      guard left < heap.count else { return }
      let right = left + 1
      let least = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
      guard heap[least].isBefore(heap[place]) else { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
