// SPDX-License-Identifier: Apache-2.0

import Base
import Daemon
import Doctor
import Glibc

/// `roost-controller` from its command line to its exit status.
public enum ControllerProgram {
  private static let program = DaemonProgram(name: "roost-controller")

  /// Runs on the main thread until the controller has ended.
  ///
  /// - Parameter arguments: the command line with the program's name first.
  /// - Returns: 0 for a clean end, 1 for a failure, 2 for a wrong command line.
  public static func main(_ arguments: [String]) -> Int32 {
    program.main { () throws(RoostError) in
      try ControllerArguments.parse(Array(arguments.dropFirst()))
    } perform: { asked throws(RoostError) in
      switch asked {
      case .help: print(ControllerArguments.usage, terminator: "")
      case .version: print("roost-controller \(Release.version)")
      case .check(let path):
        _ = try ControllerConfiguration(file: path, disk: SystemDisk())
        print("\(path) is right.")
      case .initialise(let arguments): print(try initialise(arguments), terminator: "")
      case .backup(let path, let file):
        let command = BackupCommand(
          file: try absolute(file),
          configuration: try ControllerConfiguration(file: path, disk: SystemDisk()),
          disk: SystemDisk(), clock: SystemClock())
        print(try command.run(), terminator: "")
      case .restore(let arguments):
        let restoration = Restoration(
          from: try absolute(arguments.file), isForced: arguments.isForced,
          configuration: try ControllerConfiguration(
            file: arguments.configuration, disk: SystemDisk()),
          disk: SystemDisk(), clock: SystemClock(), randomness: SystemRandomness())
        print(try restoration.run(), terminator: "")
      case .doctor(let path, let isJSON):
        let found = ControllerDoctor(file: path, disk: SystemDisk(), clock: SystemClock()).run()
        print(found.printed(asJSON: isJSON), terminator: "")
        return found.exitCode
      case .run(let path):
        let configuration = try ControllerConfiguration(file: path, disk: SystemDisk())
        return try program.serve(logLevel: configuration.logLevel) {
          loop, crashPoints, log throws(RoostError) in
          try Controller(configuration, loop: loop, crashPoints: crashPoints, log: log)
        }
      }
      return 0
    }
  }

  /// A path of the command line, where the shell's folder counts.
  private static func absolute(_ path: String) throws(RoostError) -> String {
    guard !path.hasPrefix("/") else { return path }
    guard let folder = getcwd(nil, 0) else { throw .system("getcwd", errno: errno) }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }

  private static func initialise(_ arguments: InitialiseArguments) throws(RoostError) -> String {
    let initialisation = Initialisation(
      arguments: arguments,
      configuration: try ControllerConfiguration(
        file: arguments.configuration, disk: SystemDisk()),
      disk: SystemDisk(), clock: SystemClock(), randomness: SystemRandomness())
    let outcome = try InterruptibleWork().run(patience: 0) { () async throws(RoostError) in
      try await initialisation.run()
    }
    guard let outcome else {
      throw RoostError(.cancelled, "init was interrupted; run it again.")
    }
    return try outcome.get()
  }
}
