// SPDX-License-Identifier: Apache-2.0

import Base

/// What `roost-controller` was asked to do.
enum ControllerArguments: Equatable {
  /// Run with the configuration at a path.
  case run(configuration: String)
  /// Make folders, database, keys and the first admin.
  case initialise(InitialiseArguments)
  /// Copy the records to a file.
  case backup(configuration: String, file: String)
  /// Make a state folder out of such a file.
  case restore(RestoreArguments)
  /// Look at this host and say what to do.
  case doctor(configuration: String, isJSON: Bool)
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
           roost-controller backup FILE [--config PATH]
           roost-controller restore FILE [--force] [--config PATH]
           roost-controller doctor [--config PATH] [--json]

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

    backup copies every record to a new file, whether or not the controller runs. Images' bytes,
    /etc/roost and the CA's folder are not in it.

    restore makes a state folder out of such a file. The controller must not run. Guests are left as
    they are: what was made after the backup is listed by `roostctl orphan list`, what was deleted
    after it comes back as a record in ERROR.

      --force  set aside what is in the state folder instead of refusing

    doctor looks whether this host has what a controller needs and says what to do, a line for each
    check: ok, warn or fail. It changes nothing, and exits with 1 if anything fails.

      --json  print the checks as JSON

    """

  /// - Parameter words: the command line without the program's name.
  static func parse(_ words: [String]) throws(RoostError) -> ControllerArguments {
    var rest = words[...]
    switch words.first {
    case "init":
      rest.removeFirst()
      return try initialise(&rest)
    case "backup", "restore":
      rest.removeFirst()
      return try copy(&rest, isRestore: words.first == "restore")
    case "doctor":
      rest.removeFirst()
      return try doctor(&rest)
    default: break
    }
    var configuration = Defaults.controllerConfiguration
    var check = false
    while let word = rest.popFirst() {
      switch word {
      case "--config": configuration = try path(after: word, &rest)
      case "--check": check = true
      case "--version": return .version
      case "--help", "-h": return .help
      default: throw unknown(word)
      }
    }
    return check ? .check(configuration: configuration) : .run(configuration: configuration)
  }

  private static func initialise(_ rest: inout ArraySlice<String>) throws(RoostError)
    -> ControllerArguments
  {
    var arguments = InitialiseArguments(configuration: Defaults.controllerConfiguration)
    while let word = rest.popFirst() {
      switch word {
      case "--config": arguments.configuration = try path(after: word, &rest)
      case "--admin-password-file": arguments.passwordFile = try path(after: word, &rest)
      case "--clouds-yaml": arguments.cloudsFile = try path(after: word, &rest)
      case "--help", "-h": return .help
      default: throw unknown(word)
      }
    }
    return .initialise(arguments)
  }

  private static func copy(_ rest: inout ArraySlice<String>, isRestore: Bool) throws(RoostError)
    -> ControllerArguments
  {
    var arguments = RestoreArguments(
      configuration: Defaults.controllerConfiguration, file: "")
    while let word = rest.popFirst() {
      switch word {
      case "--config": arguments.configuration = try path(after: word, &rest)
      case "--force" where isRestore: arguments.isForced = true
      case "--help", "-h": return .help
      case _ where !word.hasPrefix("-") && arguments.file.isEmpty: arguments.file = word
      default: throw unknown(word)
      }
    }
    guard !arguments.file.isEmpty else {
      throw RoostError(
        .badRequest, "\(isRestore ? "restore" : "backup") needs a file's path; see --help.")
    }
    return isRestore
      ? .restore(arguments)
      : .backup(configuration: arguments.configuration, file: arguments.file)
  }

  private static func doctor(_ rest: inout ArraySlice<String>) throws(RoostError)
    -> ControllerArguments
  {
    var configuration = Defaults.controllerConfiguration
    var isJSON = false
    while let word = rest.popFirst() {
      switch word {
      case "--config": configuration = try path(after: word, &rest)
      case "--json": isJSON = true
      case "--help", "-h": return .help
      default: throw unknown(word)
      }
    }
    return .doctor(configuration: configuration, isJSON: isJSON)
  }

  private static func unknown(_ word: String) -> RoostError {
    RoostError(.badRequest, "Unknown argument '\(word)'; see --help.")
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
