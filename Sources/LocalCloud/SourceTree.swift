// SPDX-License-Identifier: Apache-2.0

public import Base
import Glibc
public import Processes

/// The built source tree that this process was started from: its programs and its scripts.
public struct SourceTree: Sendable {
  /// Its root folder.
  public let root: String
  /// Where its programs were built.
  public let programs: String

  /// Finds the tree above the running program, or above the test bundle that a runner loads.
  ///
  /// - Throws: `notFound` when the program was installed elsewhere.
  public init() throws(RoostError) {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let program = if let bundle { bundle } else { try Self.executable() }
    var folder = program[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      guard access("\(folder)/Tests/Scripts/private-libvirtd", X_OK) == 0 else { continue }
      root = String(folder)
      programs = String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
      return
    }
    throw RoostError(
      .notFound,
      "\(program) is in no source tree of Roost; run it where `make` built it, in .build.")
  }

  private static func executable() throws(RoostError) -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw .system("realpath /proc/self/exe", errno: errno)
    }
    defer { free(path) }
    return String(cString: path)
  }

  /// Runs one of the programs, or any other by an absolute path, to its end.
  ///
  /// - Returns: its standard output.
  /// - Throws: `internal` with its standard error when it did not exit with 0.
  @discardableResult
  public func run(
    _ program: String, _ arguments: [String], environment: [String] = [],
    timeout: Duration = .seconds(60)
  ) throws(RoostError) -> String {
    try child(program, arguments, environment: environment)
      .text(timeout: timeout, clock: SystemClock())
  }

  /// Runs a program to its end, whatever its exit status.
  public func attempt(
    _ program: String, _ arguments: [String], environment: [String] = [],
    timeout: Duration = .seconds(60)
  ) throws(RoostError) -> ChildProcess.Result {
    try child(program, arguments, environment: environment)
      .run(timeout: timeout, clock: SystemClock())
  }

  /// A program with the tree's environment.
  public func child(
    _ program: String, _ arguments: [String], environment: [String] = []
  ) -> ChildProcess {
    let path =
      if program.hasPrefix("/") { program } else if program.contains("/") {
        "\(root)/\(program)"
      } else { "\(programs)/\(program)" }
    return ChildProcess(
      path, arguments,
      environment: [
        "LC_ALL=C.UTF-8", "PATH=\(root)/.build/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
      ] + environment, outputLimit: 16 << 20)
  }
}
