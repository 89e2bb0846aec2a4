// SPDX-License-Identifier: Apache-2.0

import Base

/// What `roost-agent` was asked to do.
enum AgentArguments: Equatable {
  /// Run with the configuration at a path.
  case run(configuration: String)
  /// Read the configuration, say whether it is right, and end.
  case check(configuration: String)
  /// Become a node, with a token; `-` reads it from standard input.
  case enrol(configuration: String, token: String)
  /// Look at this host and say what to do.
  case doctor(configuration: String, isJSON: Bool)
  /// Print the version.
  case version
  /// Print how it is used.
  case help

  static let usage = """
    Usage: roost-agent [--config PATH] [--check]
           roost-agent enrol TOKEN [--config PATH]
           roost-agent doctor [--config PATH] [--json]

    Runs the guests of this node as the controller wants them.

      --config PATH  the configuration file (default \(Defaults.agentConfiguration))
      --check        read the configuration, report what is wrong with it, and end
      --version      print the version and end
      --help         print this and end

    enrol makes this host a node of the controller that the token is from, or gives its node a new
    certificate. `roostctl node enrol` prints the whole command; a token is good once. The key is made
    here and kept, with the certificate, in the state folder. With - the token is read from standard
    input. An agent that runs uses the new certificate for its next connection.

    doctor looks whether this host has what a node needs and says what to do, a line for each check:
    ok, warn or fail. It changes nothing, and exits with 1 if anything fails.

      --json  print the checks as JSON

    """

  /// - Parameter words: the command line without the program's name.
  static func parse(_ words: [String]) throws(RoostError) -> AgentArguments {
    var configuration = Defaults.agentConfiguration
    var check = false
    var isJSON = false
    var rest = words[...]
    let isDoctor = rest.first == "doctor"
    let isEnrol = rest.first == "enrol"
    if isDoctor || isEnrol { rest.removeFirst() }
    var token: String?
    while let word = rest.popFirst() {
      switch word {
      case "--config":
        guard let path = rest.popFirst(), !path.isEmpty else {
          throw RoostError(.badRequest, "--config needs a path.")
        }
        configuration = path
      case "--check" where !isDoctor && !isEnrol: check = true
      case "--json" where isDoctor: isJSON = true
      case "--version": return .version
      case "--help", "-h": return .help
      case _ where isEnrol && token == nil && (word == "-" || !word.hasPrefix("-")): token = word
      default:
        throw RoostError(.badRequest, "Unknown argument '\(word)'; see --help.")
      }
    }
    if isEnrol {
      guard let token else { throw RoostError(.badRequest, "enrol needs a token; see --help.") }
      return .enrol(configuration: configuration, token: token)
    }
    if isDoctor { return .doctor(configuration: configuration, isJSON: isJSON) }
    return check ? .check(configuration: configuration) : .run(configuration: configuration)
  }
}
