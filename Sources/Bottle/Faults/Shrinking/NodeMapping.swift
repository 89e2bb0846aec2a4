// SPDX-License-Identifier: Apache-2.0

/// Gives the nodes of a fault other numbers, or finds that none of them is left.
private struct NodeMapping: FaultFields {
  typealias Failure = Never

  let map: (Int) -> Int?
  private(set) var isGone = false

  init(_ map: @escaping (Int) -> Int?) { self.map = map }

  mutating func process(_ key: String, _ value: inout ProcessName) {
    if case .node(var number) = value {
      node(key, &number)
      value = .node(number)
    }
  }

  mutating func node(_ key: String, _ value: inout Int) {
    if let number = map(value) { value = number } else { isGone = true }
  }

  mutating func nodes(_ key: String, _ value: inout NodeList) {
    value = NodeList(value.numbers.compactMap(map))
    if value.numbers.isEmpty { isGone = true }
  }

  mutating func span(_ key: String, _ value: inout Duration, in allowed: ClosedRange<Duration>) {}
  mutating func count(_ key: String, _ value: inout Int, in allowed: ClosedRange<Int>) {}
  mutating func choice<Choice: FaultChoice>(_ key: String, _ value: inout Choice) {}
  mutating func text(_ key: String, _ value: inout String) {}
}

extension FaultPlan {
  /// The plan with each node's number replaced; faults of which no node is left are dropped.
  func mappingNodes(_ map: @escaping (Int) -> Int?) -> FaultPlan {
    let mapped = faults.compactMap { fault -> Fault? in
      var fault = fault
      var mapping = NodeMapping(map)
      fault.event.visit(&mapping)
      return mapping.isGone ? nil : fault
    }
    return FaultPlan(mapped, end: end)
  }

  /// The nodes that a fault befalls.
  var nodes: NodeList {
    var numbers: [Int] = []
    _ = mappingNodes { number in
      numbers.append(number)
      return number
    }
    return NodeList(numbers)
  }
}
