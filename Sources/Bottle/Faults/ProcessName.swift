// SPDX-License-Identifier: Apache-2.0

/// A process of the bottle, and the machine it runs on: each has one of its own.
public enum ProcessName: Hashable, Sendable {
  /// `roost-controller`.
  case controller
  /// The agent of the node with this number, counted from 0.
  case node(Int)
}

extension ProcessName {
  /// Parses what `description` prints; nil for anything else.
  init?(_ text: String) {
    if text == "controller" {
      self = .controller
      return
    }
    let prefix = "node-"
    guard text.hasPrefix(prefix), let number = Int(text.dropFirst(prefix.count)), number >= 0,
      text == "\(prefix)\(number)"
    else { return nil }
    self = .node(number)
  }

  /// The node's number; nil for the controller.
  public var nodeNumber: Int? {
    if case .node(let number) = self { number } else { nil }
  }
}

extension ProcessName: CustomStringConvertible {
  /// `controller` or `node-3`.
  public var description: String {
    switch self {
    case .controller: "controller"
    case .node(let number): "node-\(number)"
    }
  }
}

extension ProcessName: Comparable {
  /// The controller, then the nodes by number.
  public static func < (left: Self, right: Self) -> Bool {
    (left.nodeNumber ?? -1) < (right.nodeNumber ?? -1)
  }
}
