// SPDX-License-Identifier: Apache-2.0

import Base
import Daemon
import Doctor
import Log
import NodeProtocol
import Wire

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
      case .enrol(let path, let token): print(try enrol(path, token), terminator: "")
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

  private static func enrol(_ path: String, _ word: String) throws(RoostError) -> String {
    let token = try EnrolmentToken(word == "-" ? readLine() ?? "" : word)
    let configuration = try AgentConfiguration(file: path, disk: SystemDisk())
    let work = try InterruptibleWork()
    let network = TLSNetwork(
      try TLSCredentials(authorityFingerprint: token.fingerprint), loop: work.loop,
      clock: SystemClock(), software: "roost-agent/\(Release.version)",
      log: .system(identifier: program.name, threshold: .warning))
    let enrolment = Enrolment(
      token: token, configuration: configuration, file: path, disk: SystemDisk(),
      clock: SystemClock(), network: network)
    let outcome = work.run(patience: 5) { () async throws(RoostError) in
      try await enrolment.run()
    }
    guard let outcome else {
      throw RoostError(
        .cancelled, "The enrolment was interrupted. Run it again with the same token.")
    }
    return try outcome.get()
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
