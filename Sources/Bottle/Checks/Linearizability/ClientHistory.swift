// SPDX-License-Identifier: Apache-2.0

import Base

/// What clients asked and were told in a run, in the order in which it happened.
///
/// Operations are told apart by the server they are about. Where a client can't know the id, because its
/// request to make one was not answered, a name that it gave to that server only serves as well: what
/// counts is that all operations on a server have the same key.
public struct ClientHistory: Sendable {
  /// The operations in the order in which they were asked.
  public private(set) var operations: [ClientOperation] = []
  private(set) var restores: [Restore] = []
  private var order = 0

  /// A store that was put back to an earlier state.
  struct Restore: Hashable, Sendable {
    /// When the state was that of the backup.
    let backup: Duration
    /// When it was put back.
    let at: Duration
    /// By when nodes have told what they were told since.
    let settled: Duration
  }

  /// Nothing asked yet.
  public init() {}

  /// A client asks.
  ///
  /// - Returns: the operation's number, for its answer.
  public mutating func ask(
    _ client: String, _ request: ClientRequest, of key: String, at time: Duration
  ) -> Int {
    order += 1
    operations.append(
      ClientOperation(
        client: client, request: request, key: key, asked: time, askedOrder: order))
    return operations.count - 1
  }

  /// The client is answered. Only the first answer counts; a number that nobody got is ignored.
  public mutating func answer(_ number: Int, _ answer: ClientAnswer, at time: Duration) {
    guard operations.indices.contains(number), operations[number].answer == nil else { return }
    order += 1
    operations[number].answer = answer
    operations[number].answered = max(time, operations[number].asked)
    operations[number].answeredOrder = order
  }

  /// A backup was restored: each server is as it was at some moment from the backup on.
  ///
  /// - Parameters:
  ///   - backup: when the backup was made.
  ///   - time: when it was restored.
  ///   - settled: by when every node has connected; once until then each server may again become what
  ///     it was at some moment since the backup, because what nodes were told counts.
  public mutating func restore(
    backup: Duration, at time: Duration, settled: Duration? = nil
  ) {
    let at = max(backup, time)
    restores.append(Restore(backup: backup, at: at, settled: max(at, settled ?? at)))
  }
}
