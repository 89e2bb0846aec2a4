// SPDX-License-Identifier: Apache-2.0

/// One measured number with what it is held against.
struct Figure: Sendable {
  /// Which side of the aim is good.
  enum Aim: Sendable {
    case atMost(Double)
    case atLeast(Double)

    func isMet(by value: Double) -> Bool {
      switch self {
      case .atMost(let limit): value <= limit
      case .atLeast(let limit): value >= limit
      }
    }

    var text: String {
      switch self {
      case .atMost(let limit): "≤ \(limit.short)"
      case .atLeast(let limit): "≥ \(limit.short)"
      }
    }
  }

  /// What the same costs elsewhere, measured in the same run.
  struct Peer: Sendable {
    let name: String
    let value: Double
  }

  /// A name that stays over releases.
  let name: String
  let value: Double
  let unit: String
  let peer: Peer?
  let aim: Aim

  init(_ name: String, _ value: Double, _ unit: String, peer: Peer? = nil, aim: Aim) {
    self.name = name
    self.value = value
    self.unit = unit
    self.peer = peer
    self.aim = aim
  }

  var isMet: Bool { aim.isMet(by: value) }
}

extension Double {
  /// With one decimal, and none where it is 0.
  var short: String {
    let tenths = (self * 10).rounded()
    let whole = Int64(tenths / 10)
    let rest = Int64(tenths.magnitude) % 10
    return rest == 0 ? "\(whole)" : "\(tenths < 0 && whole == 0 ? "-" : "")\(whole).\(rest)"
  }
}
