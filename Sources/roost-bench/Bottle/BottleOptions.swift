// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle

/// What the bottle is to do.
struct BottleOptions: Sendable, Hashable {
  /// The first seed; nil has chance choose it.
  var seed: UInt64?
  /// So many seeds, one after the other.
  var seeds = 1
  /// Seeds, one after the other, for so many minutes of this process's CPU; nil goes by `seeds`.
  var minutes: Int?
  var nodes = 5
  var hours = 1.0
  var faults = FaultClasses.all
  /// Faults an hour for each machine.
  var intensity = 8.0
  var clients = 4
  var lease = 15
  /// A scenario's file that is run instead.
  var replay: String?
  /// Where what failed is written.
  var folder = "."
  /// Whether each seed is run twice, and both runs have to be the same.
  var isTwice = false
  /// Whether a plan that fails is made smaller.
  var shrinks = true
  /// Whether the history of a run that did not fail is written too.
  var writesHistory = false
  /// The bug that was put in, in a build that has them.
  var bug: String?

  static let usage = """
    [--seed S] [--seeds N | --minutes M] [--nodes N] [--hours H] [--faults CLASSES] \
    [--intensity PER_HOUR] [--clients N] [--lease SECONDS] [--twice] [--history] [--no-shrink] \
    [--out FOLDER] [--bug NAME]
        --replay FILE [--history] [--out FOLDER]
        Without options it measures.
    """

  /// Reads the words of a command line.
  init(_ words: [String] = []) throws(RoostError) {
    var words = words[...]
    while let option = words.popFirst() {
      switch option {
      case "--twice": isTwice = true
      case "--history": writesHistory = true
      case "--no-shrink": shrinks = false
      default: try set(option, words.popFirst() ?? "")
      }
    }
  }

  private mutating func set(_ option: String, _ text: String) throws(RoostError) {
    switch option {
    case "--seed":
      guard let value = UInt64(text) else {
        throw Self.refusal(option, text, "a number from 0 to \(UInt64.max)")
      }
      seed = value
    case "--seeds": seeds = try Self.number(option, text, in: 1...1_000_000)
    case "--minutes": minutes = try Self.number(option, text, in: 1...10_000)
    case "--nodes": nodes = try Self.number(option, text, in: Scenario.nodeRange)
    case "--clients": clients = try Self.number(option, text, in: Scenario.clientRange)
    case "--lease": lease = try Self.number(option, text, in: Scenario.leaseRange)
    case "--hours": hours = try Self.amount(option, text, in: 0.001...8760)
    case "--intensity": intensity = try Self.amount(option, text, in: 0...10_000)
    case "--faults": faults = try FaultClasses(parsing: text)
    case "--replay": replay = text
    case "--out": folder = text
    case "--bug": bug = text
    default: throw RoostError(.badRequest, "bottle takes no option \"\(option)\".")
    }
  }

  /// The scenario of a seed.
  func scenario(_ seed: UInt64) -> Scenario {
    Scenario(
      seed: seed, nodes: nodes, length: .microseconds(Int64(hours * 3_600_000_000)),
      leaseSeconds: lease, clients: clients, classes: faults, intensity: intensity,
      plantedBug: bug)
  }

  private static func number(
    _ option: String, _ text: String, in range: ClosedRange<Int>
  ) throws(RoostError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw refusal(option, text, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func amount(
    _ option: String, _ text: String, in range: ClosedRange<Double>
  ) throws(RoostError) -> Double {
    guard let value = Double(text), range.contains(value) else {
      throw refusal(option, text, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func refusal(_ option: String, _ text: String, _ allowed: String) -> RoostError {
    RoostError(.badRequest, "\(option) is \"\(text)\"; it must be \(allowed).")
  }
}
