// SPDX-License-Identifier: Apache-2.0

import Base

/// How large a fleet is measured, and what goes on in it.
struct FleetOptions: Sendable, Hashable {
  /// Agents, each with a certificate, a connection and a journal of its own.
  var agents = 10_000
  /// Guests of each.
  var guestsPerAgent = 30
  /// Of a hundred guests so many change by themselves in a minute.
  var churnPercent = 1.0
  /// Seconds that each rate is taken over.
  var seconds = 30

  static let usage =
    "[--agents N] [--guests-per-agent N] [--churn-percent P] [--seconds N]"

  /// Reads the words of a command line.
  init(_ words: [String] = []) throws(RoostError) {
    var words = words[...]
    while let option = words.popFirst() {
      switch option {
      case "--agents": agents = try Self.number(option, words.popFirst(), in: 1...20_000)
      case "--guests-per-agent":
        guestsPerAgent = try Self.number(option, words.popFirst(), in: 0...1000)
      case "--seconds": seconds = try Self.number(option, words.popFirst(), in: 1...3600)
      case "--churn-percent":
        let text = words.popFirst()
        guard let value = text.flatMap(Double.init), (0...100).contains(value) else {
          throw RoostError(
            .badRequest, "\(option) is \"\(text ?? "")\"; it must be a number from 0 to 100.")
        }
        churnPercent = value
      default: throw RoostError(.badRequest, "fleet takes no option \"\(option)\".")
      }
    }
  }

  /// Nothing is left out by default.
  init() {}

  var guests: Int { agents * guestsPerAgent }

  private static func number(
    _ option: String, _ text: String?, in range: ClosedRange<Int>
  ) throws(RoostError) -> Int {
    guard let value = text.flatMap({ Int($0) }), range.contains(value) else {
      throw RoostError(
        .badRequest,
        "\(option) is \"\(text ?? "")\"; it must be a number from \(range.lowerBound) to "
          + "\(range.upperBound).")
    }
    return value
  }
}
