// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object. Iterates in the order of insertion; compares without regard to it.
public struct JSONObject: Sendable {
  private var entries: [(key: String, value: JSONValue)] = []
  // Small objects are searched in line. The index keeps one with very many members from costing
  // quadratic time.
  private var index: [String: Int] = [:]
  private static let searchedInLine = 8

  /// An object without members.
  public init() {}

  /// The member's value. Setting nil removes it; setting a known key keeps its place.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { entries[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let place?, let value?): entries[place].value = value
      case (nil, let value?): append(key, value)
      case (let place?, nil):
        entries.remove(at: place)
        rebuildIndex()
      case (nil, nil): break
      }
    }
  }

  /// The keys in order.
  public var keys: [String] { entries.map(\.key) }

  private func position(of key: String) -> Int? {
    entries.count <= Self.searchedInLine ? entries.firstIndex { $0.key == key } : index[key]
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    entries.append((key, value))
    if entries.count == Self.searchedInLine + 1 {
      rebuildIndex()
    } else if entries.count > Self.searchedInLine {
      index[key] = entries.count - 1
    }
  }

  private mutating func rebuildIndex() {
    index.removeAll(keepingCapacity: true)
    guard entries.count > Self.searchedInLine else { return }
    for (place, entry) in entries.enumerated() { index[entry.key] = place }
  }
}

extension JSONObject: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { entries.count }
  public subscript(position: Int) -> (key: String, value: JSONValue) { entries[position] }
}

extension JSONObject: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    for entry in entries.sorted(by: { $0.key < $1.key }) {
      hasher.combine(entry.key)
      hasher.combine(entry.value)
    }
  }
}
