// SPDX-License-Identifier: Apache-2.0

import Base

/// What `roost-controller` was asked to do.
enum ControllerArguments: Equatable {
  /// Run with the configuration at a path.
  case run(configuration: String)
  /// Make folders, database, keys and the first admin.
  case initialise(InitialiseArguments)
  /// Read the configuration, say whether it is right, and end.
  case check(configuration: String)
  /// Print the version.
  case version
  /// Print how it is used.
  case help

  static let usage = """
    Usage: roost-controller [--config PATH] [--check]
           roost-controller init [--config PATH] [--admin-password-file PATH]
                                 [--clouds-yaml PATH]

    Serves the cloud's API and tells the nodes what to run.

      --config PATH  the configuration file (default \(Defaults.controllerConfiguration))
      --check        read the configuration, report what is wrong with it, and end
      --version      print the version and end
      --help         print this and end

    init makes the state folder, the database, the keys, the roles admin, member and reader, and
    the user and project admin. It changes nothing that exists.

      --admin-password-file PATH  take the admin's password from the file's first line; without
                                  it one is made and printed once, or only stored
      --clouds-yaml PATH          write a clouds.yaml with the admin's password, for the
                                  openstack command; only its owner can read it

    """

  /// - Parameter words: the command line without the program's name.
  static func parse(_ words: [String]) throws(RoostError) -> ControllerArguments {
    var configuration = Defaults.controllerConfiguration
    var check = false
    var initialise: InitialiseArguments?
    var rest = words[...]
    if rest.first == "init" {
      rest.removeFirst()
      initialise = InitialiseArguments(configuration: configuration)
    }
    while let word = rest.popFirst() {
      switch word {
      case "--config": configuration = try path(after: word, &rest)
      case "--check" where initialise == nil: check = true
      case "--admin-password-file" where initialise != nil:
        initialise?.passwordFile = try path(after: word, &rest)
      case "--clouds-yaml" where initialise != nil:
        initialise?.cloudsFile = try path(after: word, &rest)
      case "--version": return .version
      case "--help", "-h": return .help
      default: throw RoostError(.badRequest, "Unknown argument '\(word)'; see --help.")
      }
    }
    if var initialise {
      initialise.configuration = configuration
      return .initialise(initialise)
    }
    return check ? .check(configuration: configuration) : .run(configuration: configuration)
  }

  private static func path(after word: String, _ rest: inout ArraySlice<String>)
    throws(RoostError) -> String
  {
    guard let path = rest.popFirst(), !path.isEmpty else {
      throw RoostError(.badRequest, "\(word) needs a path.")
    }
    return path
  }
}

/// What `init` is told.
struct InitialiseArguments: Equatable {
  var configuration: String
  /// Its first line is the admin's password; nil makes one.
  var passwordFile: String?
  /// Where a clouds.yaml is written; nil writes none.
  var cloudsFile: String?
}
