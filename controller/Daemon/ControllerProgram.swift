// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Log
import Synchronization

/// `roost-controller` from its command line to its exit status.
public enum ControllerProgram {
  /// This release.
  static let version = "0.1.0"

  /// How long a clean stop may take before the process ends regardless.
  private static let patience = 15

  /// Runs on the main thread until the controller has ended.
  ///
  /// - Parameter arguments: the command line with the program's name first.
  /// - Returns: 0 for a clean end, 1 for a failure, 2 for a wrong command line.
  public static func main(_ arguments: [String]) -> Int32 {
    let asked: ControllerArguments
    do throws(RoostError) {
      asked = try ControllerArguments.parse(Array(arguments.dropFirst()))
    } catch {
      return complain(error, 2)
    }
    do throws(RoostError) {
      switch asked {
      case .help: print(ControllerArguments.usage, terminator: "")
      case .version: print("roost-controller \(version)")
      case .check(let path):
        _ = try ControllerConfiguration(file: path, disk: SystemDisk())
        print("\(path) is right.")
      case .initialise(let arguments): print(try initialise(arguments), terminator: "")
      case .run(let path):
        return try run(ControllerConfiguration(file: path, disk: SystemDisk()))
      }
      return 0
    } catch {
      return complain(error, 1)
    }
  }

  private static func initialise(_ arguments: InitialiseArguments) throws(RoostError) -> String {
    let initialisation = Initialisation(
      arguments: arguments,
      configuration: try ControllerConfiguration(
        file: arguments.configuration, disk: SystemDisk()),
      disk: SystemDisk(), clock: SystemClock(), randomness: SystemRandomness())
    let signals = Signals()
    let loop = try EventLoop(name: "roost-init")
    let outcome = Mutex<Result<String, RoostError>?>(nil)
    let work = Task(executorPreference: loop) {
      let result: Result<String, RoostError>
      do throws(RoostError) {
        result = .success(try await initialisation.run())
      } catch {
        result = .failure(error)
      }
      outcome.withLock { $0 = result }
      Signals.sendEnded()
    }
    if case .stop = signals.wait() { work.cancel() }
    guard let result = outcome.withLock({ $0 }) else {
      throw RoostError(.cancelled, "init was interrupted; run it again.")
    }
    return try result.get()
  }

  private static func run(_ configuration: ControllerConfiguration) throws(RoostError) -> Int32 {
    let signals = Signals()
    let log = Logger.system(identifier: "roost-controller", threshold: configuration.logLevel)
    let loop = try EventLoop(name: "roost-control")
    let crashPoints = try CrashPoints(
      environment: getenv("ROOST_CRASH_AT").map { String(cString: $0) },
      victim: getenv("ROOST_CRASH_PID").map { String(cString: $0) })
    let controller = try Controller(
      configuration, loop: loop, crashPoints: crashPoints, log: log)
    let failed = Mutex(false)
    let work = Task(executorPreference: loop) {
      do throws(RoostError) {
        try await controller.run()
      } catch {
        log.error("the controller can't run: \(error)")
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
    var text = "roost-controller: \(error.user)"
    if let detail = error.operator { text += " (\(detail))" }
    text += "\n"
    write(STDERR_FILENO, text, text.utf8.count)
    return status
  }
}
