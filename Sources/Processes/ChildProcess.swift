// SPDX-License-Identifier: Apache-2.0

/// A program run as a child, without a shell.
///
/// `run` blocks until the child is gone: call it on a lane. The child inherits no descriptor and
/// no environment but what is given, reads from /dev/null, and is reaped by its pid whatever
/// happens.
public struct ChildProcess: Sendable {
  /// What a child left behind.
  public struct Result: Sendable, Hashable {
    /// How it ended.
    public var end: End
    /// The start of its standard output, at most the limit.
    public var output: [UInt8]
    /// The start of its standard error, at most the limit.
    public var errors: [UInt8]

    /// Whether it exited with 0.
    public var succeeded: Bool { end == .exited(0) }
  }

  /// How a child ended.
  public enum End: Sendable, Hashable {
    /// It exited with a status.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)
    /// It was killed because its time was up.
    case timedOut
    /// It was killed because it wrote more than the limit.
    case outputTooLarge
  }

  /// The program's absolute path.
  public var path: String
  /// Its arguments, without the program's own name.
  public var arguments: [String]
  /// Its environment, as `NAME=value`.
  public var environment: [String]
  /// Most bytes kept of each of its two outputs. More on standard output ends the child; more on
  /// standard error is dropped.
  public var outputLimit: Int

  /// A program to run. The default environment makes messages English.
  public init(
    _ path: String, _ arguments: [String],
    environment: [String] = ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
    outputLimit: Int = 1 << 20
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.outputLimit = outputLimit
  }
}
