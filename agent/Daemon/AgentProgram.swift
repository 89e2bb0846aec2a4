// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Log
import Synchronization

/// `roost-agent` from its command line to its exit status.
public enum AgentProgram {
  /// Runs on the main thread until the agent has ended.
  ///
  /// - Parameter arguments: the command line with the program's name first.
  /// - Returns: 0 for a clean end, 1 for a failure, 2 for a wrong command line.
  public static func main(_ arguments: [String]) -> Int32 {
    let asked: AgentArguments
    do throws(RoostError) {
      asked = try AgentArguments.parse(Array(arguments.dropFirst()))
    } catch {
      return complain(error, 2)
    }
    do throws(RoostError) {
      switch asked {
      case .help: print(AgentArguments.usage, terminator: "")
      case .version: print("roost-agent \(AgentVersion.text)")
      case .check(let path):
        _ = try AgentConfiguration(file: path, disk: SystemDisk())
        print("\(path) is right.")
      case .run(let path):
        return try run(AgentConfiguration(file: path, disk: SystemDisk()))
      }
      return 0
    } catch {
      return complain(error, 1)
    }
  }

  /// How long a clean stop may take before the process ends regardless.
  private static let patience = 15

  private static func run(_ configuration: AgentConfiguration) throws(RoostError) -> Int32 {
    let signals = Signals()
    let log = Logger.system(identifier: "roost-agent", threshold: configuration.logLevel)
    let loop = try EventLoop(name: "roost-agent")
    let crashPoints = try CrashPoints(
      environment: getenv("ROOST_CRASH_AT").map { String(cString: $0) },
      victim: getenv("ROOST_CRASH_PID").map { String(cString: $0) })
    let agent = try Agent(
      configuration, loop: loop, crashPoints: crashPoints, log: log)
    let failed = Mutex(false)
    let work = Task(executorPreference: loop) {
      do throws(RoostError) {
        try await agent.run()
      } catch {
        log.error("the agent can't run: \(error)")
        failed.withLock { $0 = true }
      }
      Signals.sendEnded()
    }
    if case .stop = signals.wait() {
      log.info("stopping; guests go on")
      work.cancel()
      if case .nothing = signals.wait(seconds: patience) {
        log.warning("stopped without waiting for what hangs")
      }
    }
    return failed.withLock { $0 } ? 1 : 0
  }

  private static func complain(_ error: RoostError, _ status: Int32) -> Int32 {
    var text = "roost-agent: \(error.user)"
    if let detail = error.operator { text += " (\(detail))" }
    text += "\n"
    write(STDERR_FILENO, text, text.utf8.count)
    return status
  }
}
