// SPDX-License-Identifier: Apache-2.0

import Base
import Daemon
import Doctor

/// `roost-agent` from its command line to its exit status.
public enum AgentProgram {
  private static let program = DaemonProgram(name: "roost-agent")

  /// Runs on the main thread until the agent has ended.
  ///
  /// - Parameter arguments: the command line with the program's name first.
  /// - Returns: 0 for a clean end, 1 for a failure, 2 for a wrong command line.
  public static func main(_ arguments: [String]) -> Int32 {
    program.main { () throws(RoostError) in
      try AgentArguments.parse(Array(arguments.dropFirst()))
    } perform: { asked throws(RoostError) in
      switch asked {
      case .help: print(AgentArguments.usage, terminator: "")
      case .version: print("roost-agent \(Release.version)")
      case .check(let path):
        _ = try AgentConfiguration(file: path, disk: SystemDisk())
        print("\(path) is right.")
      case .doctor(let path, let isJSON): return try examine(path, isJSON: isJSON)
      case .run(let path):
        let configuration = try AgentConfiguration(file: path, disk: SystemDisk())
        return try program.serve(logLevel: configuration.logLevel) {
          loop, crashPoints, log throws(RoostError) in
          try Agent(configuration, loop: loop, crashPoints: crashPoints, log: log)
        }
      }
      return 0
    }
  }

  private static func examine(_ path: String, isJSON: Bool) throws(RoostError) -> Int32 {
    let doctor = AgentDoctor(file: path, disk: SystemDisk(), clock: SystemClock())
    let outcome = try InterruptibleWork().run(patience: 0) { () async throws(RoostError) in
      await doctor.run()
    }
    guard let outcome else { throw RoostError(.cancelled, "The examination was interrupted.") }
    let found = try outcome.get()
    print(found.printed(asJSON: isJSON), terminator: "")
    return found.exitCode
  }
}
