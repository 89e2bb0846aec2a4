// SPDX-License-Identifier: Apache-2.0

/// Small numbers for names, and who bears each: the lists are the index that a search starts from. A
/// name that nobody bears any more is forgotten, so that names from outside can't pile up.
struct NameIndex<Name: Hashable & Sendable>: Sendable {
  private struct Entry {
    let name: Name
    let hash: UInt64
    /// Slots of providers, ascending.
    var bearers: [Int] = []
  }

  private var entries: [Entry?] = []
  private var free: [Int] = []
  private var numbers: [Name: Int] = [:]

  /// The number of a name that somebody bears.
  func number(of name: Name) -> Int? { numbers[name] }

  /// The name of a number; nil for one that is not in use.
  func name(of number: Int) -> Name? { entries[number]?.name }

  /// The name's share in digests.
  func hash(of number: Int) -> UInt64 { entries[number]?.hash ?? 0 }

  /// Who bears the name, by ascending slot.
  func bearers(of number: Int) -> [Int] { entries[number]?.bearers ?? [] }

  /// Records that a provider bears a name, and returns the name's number.
  mutating func add(_ name: Name, to slot: Int, hash: (Name) -> UInt64) -> Int {
    let number = numbers[name] ?? intern(name, hash: hash(name))
    entries[number]?.bearers.insertSorted(slot)
    return number
  }

  /// Records that a provider does not bear a name any more.
  mutating func remove(_ number: Int, from slot: Int) {
    entries[number]?.bearers.removeSorted(slot)
    guard let entry = entries[number], entry.bearers.isEmpty else { return }
    numbers[entry.name] = nil
    entries[number] = nil
    free.append(number)
  }

  private mutating func intern(_ name: Name, hash: UInt64) -> Int {
    let entry = Entry(name: name, hash: hash)
    let number: Int
    if let place = free.popLast() {
      entries[place] = entry
      number = place
    } else {
      number = entries.count
      entries.append(entry)
    }
    numbers[name] = number
    return number
  }
}
