// SPDX-License-Identifier: Apache-2.0

import Base

/// One call as it is asked for, with its single message if it has one.
public struct WireRequest: Hashable, Sendable {
  /// The full name, `roost.node.v1.Controller/Register`.
  public var method: String
  /// The encoded message; empty for a stream.
  public var message: [UInt8]
  /// What is said beside it.
  public var metadata: WireMetadata
  /// How long the caller waits; nil for as long as it takes.
  public var timeout: Duration?

  /// Asks for a call.
  public init(
    _ method: String, _ message: [UInt8] = [], metadata: WireMetadata = WireMetadata(),
    timeout: Duration?
  ) {
    self.method = method
    self.message = message
    self.metadata = metadata
    self.timeout = timeout
  }

  /// The time left as it travels: at least 1 where there is a limit.
  var milliseconds: UInt32 {
    timeout.map { UInt32(clamping: max(1, $0.microseconds / 1000)) } ?? 0
  }
}

/// The answer to a call.
public struct WireReply: Hashable, Sendable {
  /// The encoded message.
  public var message: [UInt8]
  /// What is said beside it.
  public var metadata: WireMetadata

  /// An answer.
  public init(_ message: [UInt8], metadata: WireMetadata = WireMetadata()) {
    self.message = message
    self.metadata = metadata
  }
}
