// SPDX-License-Identifier: Apache-2.0

public import Base
public import EventLoop
import Glibc
public import Log

/// What a daemon does between its start and its end.
public protocol DaemonService: Sendable {
  /// Runs until the task is cancelled.
  ///
  /// - Parameter supervisor: to be told when the daemon does what it is for.
  /// - Throws: what keeps the daemon from starting, or from going on.
  func run(_ supervisor: Supervisor) async throws(RoostError)
}

extension DaemonService {
  /// Runs the service, and gives signs of life as long as it does.
  func watchedRun(_ supervisor: Supervisor) async throws(RoostError) {
    let outcome = await withTaskGroup(of: Void.self) { group -> Result<Void, RoostError> in
      group.addTask { await supervisor.watch() }
      defer { group.cancelAll() }
      do throws(RoostError) { return .success(try await run(supervisor)) } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }
}

/// What the agent and the controller do alike from their command line to their exit status.
public struct DaemonProgram: Sendable {
  /// As its command is called.
  public let name: String

  /// How many seconds a clean stop may take before the process ends regardless.
  private static let patience = 15

  /// - Parameter name: the program's, as `roost-agent`.
  public init(name: String) {
    self.name = name
  }

  /// Understands a command line and does what it asks; says on standard error what went wrong.
  ///
  /// - Returns: what `perform` returns, 1 when it fails, 2 for a wrong command line.
  public func main<Arguments>(
    parse: () throws(RoostError) -> Arguments,
    perform: (Arguments) throws(RoostError) -> Int32
  ) -> Int32 {
    let asked: Arguments
    do throws(RoostError) { asked = try parse() } catch { return complain(error, 2) }
    do throws(RoostError) { return try perform(asked) } catch { return complain(error, 1) }
  }

  /// Runs a service until it ends or a signal to stop comes.
  ///
  /// - Parameter make: makes the service, which may block; the loop is the one that runs it.
  /// - Returns: 0 for a clean end, 1 for a failure.
  /// - Throws: what keeps the service from being made.
  public func serve(
    logLevel: LogLevel,
    _ make: (EventLoop, CrashPoints, Logger) throws(RoostError) -> some DaemonService
  ) throws(RoostError) -> Int32 {
    let work = try InterruptibleWork()
    let log = Logger.system(identifier: name, threshold: logLevel)
    let crashPoints = try CrashPoints(
      environment: getenv("ROOST_CRASH_AT").map { String(cString: $0) },
      victim: getenv("ROOST_CRASH_PID").map { String(cString: $0) })
    let supervisor = Supervisor.ofProcess(clock: SystemClock())
    let service = try make(work.loop, crashPoints, log)
    let outcome = work.run(
      patience: Self.patience,
      onStop: {
        supervisor.stopping()
        log.info("stopping; guests go on")
      }
    ) { () async throws(RoostError) in try await service.watchedRun(supervisor) }
    switch outcome {
    case .success: return 0
    case .failure(let error):
      log.error("\(name) can't run: \(error)")
      return 1
    case nil:
      log.warning("stopped without waiting for what hangs")
      return 0
    }
  }

  private func complain(_ error: RoostError, _ status: Int32) -> Int32 {
    let detail = error.operator.map { " (\($0))" } ?? ""
    let line = Array("\(name): \(error.user)\(detail)\n".utf8)
    write(STDERR_FILENO, line, line.count)
    return status
  }
}
