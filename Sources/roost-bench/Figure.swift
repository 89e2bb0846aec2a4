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
    /// Nil for the figure's own.
    var unit: String?
  }

  /// A name that stays over releases.
  let name: String
  /// Nil where it could not be had.
  let value: Double?
  let unit: String
  let peer: Peer?
  /// Why there is no peer: the command that failed, and what it said.
  let failure: String?
  /// Nil for what is told beside the others.
  let aim: Aim?

  init(_ name: String, _ value: Double, _ unit: String, peer: Peer? = nil, aim: Aim?) {
    self.name = name
    self.value = value
    self.unit = unit
    self.peer = peer
    failure = nil
    self.aim = aim
  }

  /// One that needs a peer which could not be run.
  init(_ name: String, _ unit: String, failure: String, aim: Aim?) {
    self.name = name
    value = nil
    self.unit = unit
    peer = nil
    self.failure = failure
    self.aim = aim
  }

  /// Nil where nothing is aimed at.
  var isMet: Bool? { aim.map { aim in value.map(aim.isMet) ?? false } }
}

extension Double {
  /// With one decimal, below ten with two, and without zeros at the end.
  var short: String {
    let decimals = magnitude < 9.995 ? 2 : 1
    let scale = decimals == 2 ? 100.0 : 10
    let scaled = Int64((self * scale).rounded())
    let whole = scaled.magnitude / UInt64(scale)
    var digits = String(scaled.magnitude % UInt64(scale))
    digits = String(repeating: "0", count: decimals - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return (scaled < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : ".\(digits)")
  }
}
