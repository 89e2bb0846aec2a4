// SPDX-License-Identifier: Apache-2.0

/// The hosts of a tree's leaves, a block of places for each leaf, each number in a column of its own: a scan
/// of a leaf goes over a few cache lines, eight hosts at a time.
struct HostLeaves: Sendable {
  /// Places of a block.
  static let size = 32
  /// Vectors of eight that a column of a block takes.
  static let rows = size / 8

  /// `rows` vectors for each of the eight classes of each block.
  private(set) var rooms: [SIMD8<Double>] = []
  /// `rows` vectors for each of the eight weights of each block.
  private(set) var weights: [SIMD8<Double>] = []
  private(set) var slots: [UInt32] = []
  private(set) var kinds: [UInt32] = []
  /// How many places of each block are taken, from the first on.
  private(set) var counts: [Int] = []
  /// The node of each block.
  var owners: [Int32] = []
  private var free: [Int] = []
  /// Where each slot's host is; −1 for nowhere.
  private var places: [Int32] = []

  /// An empty block.
  mutating func makeBlock(of node: Int32) -> Int {
    if let block = free.popLast() {
      owners[block] = node
      return block
    }
    let block = counts.count
    counts.append(0)
    owners.append(node)
    rooms.append(contentsOf: repeatElement(.zero, count: 8 * Self.rows))
    weights.append(contentsOf: repeatElement(.zero, count: 8 * Self.rows))
    slots.append(contentsOf: repeatElement(0, count: Self.size))
    kinds.append(contentsOf: repeatElement(0, count: Self.size))
    return block
  }

  /// Gives a block back; its hosts are nowhere then.
  mutating func freeBlock(_ block: Int) {
    for index in 0..<counts[block] { places[Int(slots[block * Self.size + index])] = -1 }
    counts[block] = 0
    free.append(block)
  }

  /// The place of a host; nil when it is in no leaf.
  func place(of slot: UInt32) -> Int? {
    guard slot < places.count, places[Int(slot)] >= 0 else { return nil }
    return Int(places[Int(slot)])
  }

  func entry(at place: Int) -> HostEntry {
    let (block, row, lane) = coordinates(place)
    var vector = HostVector(room: .zero, weights: .zero)
    for column in 0..<8 {
      let index = (block * 8 + column) * Self.rows + row
      vector.room[column] = rooms[index][lane]
      vector.weights[column] = weights[index][lane]
    }
    return HostEntry(slot: slots[place], kind: kinds[place], vector: vector)
  }

  /// Overwrites a taken place.
  mutating func set(_ entry: HostEntry, at place: Int) {
    let (block, row, lane) = coordinates(place)
    for column in 0..<8 {
      let index = (block * 8 + column) * Self.rows + row
      rooms[index][lane] = entry.vector.room[column]
      weights[index][lane] = entry.vector.weights[column]
    }
    slots[place] = entry.slot
    kinds[place] = entry.kind
    if places.count <= entry.slot {
      places.append(
        contentsOf: repeatElement(-1, count: Int(entry.slot) + 1 - places.count))
    }
    places[Int(entry.slot)] = Int32(place)
  }

  /// Adds a host to a block that has a free place.
  mutating func append(_ entry: HostEntry, to block: Int) {
    let place = block * Self.size + counts[block]
    counts[block] += 1
    set(entry, at: place)
  }

  /// Frees a place; the block's last host takes it.
  mutating func remove(at place: Int) {
    let block = place / Self.size
    places[Int(slots[place])] = -1
    counts[block] -= 1
    let last = block * Self.size + counts[block]
    if last != place { set(entry(at: last), at: place) }
  }

  /// The hosts of a block.
  func entries(of block: Int) -> [HostEntry] {
    (0..<counts[block]).map { entry(at: block * Self.size + $0) }
  }

  func box(of block: Int, _ direction: Direction) -> HostBox {
    var box = HostBox.none
    for index in 0..<counts[block] { box.add(entry(at: block * Self.size + index), direction) }
    return box
  }

  private func coordinates(_ place: Int) -> (block: Int, row: Int, lane: Int) {
    (place / Self.size, place % Self.size / 8, place % 8)
  }
}
