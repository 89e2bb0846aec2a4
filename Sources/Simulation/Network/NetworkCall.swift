// SPDX-License-Identifier: Apache-2.0

/// What a process asks its machine's kernel for on a simulated network.
public struct NetworkCall: Hashable, Sendable {
  /// What for.
  public enum Operation: Hashable, Sendable {
    case connect
    case send(bytes: Int)
  }

  public let operation: Operation
  /// Who asks: the name of the process.
  public let process: String
  /// Where it runs.
  public let machine: String
  /// The machine at the other end.
  public let peer: String
}
