// SPDX-License-Identifier: Apache-2.0

/// The classes that there are, by number, with the hosts of each and what changed of them.
struct HostClasses: Sendable {
  private(set) var all: [HostClass] = []
  private(set) var logs: [ChangeLog] = []
  /// The hosts of each class, in no order.
  private(set) var members: [[UInt32]] = []
  /// Room is a number of 32 bits here: amounts are, too.
  private(set) var rooms: [[SIMD8<Int32>]] = []
  /// Which weights count for any class.
  private(set) var weighed = SIMDMask<SIMD8<Int64>>(repeating: false)
  private var numbers: [HostClass: UInt32] = [:]
  /// Where each host stands among those of its class, by slot.
  private var positions: [Int] = []

  /// Less than any amount.
  static let noRoom = SIMD8<Int32>(repeating: -1)

  /// The number of a class; numbers are given for good.
  mutating func number(of hostClass: HostClass) -> UInt32 {
    if let known = numbers[hostClass] { return known }
    let number = UInt32(all.count)
    numbers[hostClass] = number
    all.append(hostClass)
    weighed .|= hostClass.multipliers .!= 0
    logs.append(ChangeLog())
    members.append([])
    rooms.append([])
    return number
  }

  mutating func add(_ slot: UInt32, to number: UInt32, _ room: SIMD8<Double>) {
    let kind = Int(number)
    while positions.count <= slot { positions.append(-1) }
    positions[Int(slot)] = members[kind].count
    members[kind].append(slot)
    rooms[kind].append(Self.noRoom)
    change(slot, of: number, room)
  }

  mutating func change(_ slot: UInt32, of number: UInt32, _ room: SIMD8<Double>) {
    let (kind, position) = (Int(number), positions[Int(slot)])
    // More than any amount is as good as any such, and so is less.
    let bounded = room.clamped(
      lowerBound: .init(repeating: -1),
      upperBound: .init(repeating: Double(Int32.max)))
    let new = SIMD8<Int32>(truncatingIfNeeded: SIMD8<Int64>(bounded))
    logs[kind].add(rooms[kind][position], new, members: members[kind].count)
    rooms[kind][position] = new
  }

  mutating func remove(_ slot: UInt32, from number: UInt32) {
    let (kind, position) = (Int(number), positions[Int(slot)])
    logs[kind].add(rooms[kind][position], Self.noRoom, members: members[kind].count)
    let (last, lastRoom) = (members[kind].removeLast(), rooms[kind].removeLast())
    positions[Int(slot)] = -1
    guard last != slot else { return }
    members[kind][position] = last
    rooms[kind][position] = lastRoom
    positions[Int(last)] = position
  }

  /// How many hosts of a class have room for the first, the first two and so on of some amounts.
  func counts(_ kind: Int, _ needs: [(column: Int, amount: Int32)]) -> [Int] {
    var counts = Array(repeating: 0, count: needs.count)
    for room in rooms[kind] {
      for index in needs.indices {
        guard room[needs[index].column] >= needs[index].amount else { break }
        counts[index] += 1
      }
    }
    return counts
  }
}
