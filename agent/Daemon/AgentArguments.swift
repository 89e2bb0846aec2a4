// SPDX-License-Identifier: Apache-2.0

import Base

/// What `roost-agent` was asked to do.
enum AgentArguments: Equatable {
  /// Run with the configuration at a path.
  case run(configuration: String)
  /// Read the configuration, say whether it is right, and end.
  case check(configuration: String)
  /// Print the version.
  case version
  /// Print how it is used.
  case help

  static let usage = """
    Usage: roost-agent [--config PATH] [--check]

    Runs the guests of this node as the controller wants them.

      --config PATH  the configuration file (default \(Defaults.agentConfiguration))
      --check        read the configuration, report what is wrong with it, and end
      --version      print the version and end
      --help         print this and end

    """

  /// - Parameter words: the command line without the program's name.
  static func parse(_ words: [String]) throws(RoostError) -> AgentArguments {
    var configuration = Defaults.agentConfiguration
    var check = false
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--config":
        guard let path = rest.popFirst(), !path.isEmpty else {
          throw RoostError(.badRequest, "--config needs a path.")
        }
        configuration = path
      case "--check": check = true
      case "--version": return .version
      case "--help", "-h": return .help
      default:
        throw RoostError(.badRequest, "Unknown argument '\(word)'; see --help.")
      }
    }
    return check ? .check(configuration: configuration) : .run(configuration: configuration)
  }
}
