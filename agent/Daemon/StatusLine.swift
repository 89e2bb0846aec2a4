// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The line that says how the agent does, put together from what several parts of it say.
final class StatusLine: Sendable {
  private struct Parts {
    var connection = ""
    var certificate: String?
  }

  private let parts = Mutex(Parts())
  private let publish: @Sendable (String) -> Void

  init(_ publish: @escaping @Sendable (String) -> Void) { self.publish = publish }

  /// How the connection to the controller is.
  func setConnection(_ text: String) { change { $0.connection = text } }

  /// What is wrong with the certificate; nil where nothing is.
  func setCertificate(_ text: String?) { change { $0.certificate = text } }

  private func change(_ change: (inout Parts) -> Void) {
    let text = parts.withLock { parts -> String? in
      let before = Self.line(parts)
      change(&parts)
      let line = Self.line(parts)
      return line == before ? nil : line
    }
    if let text { publish(text) }
  }

  private static func line(_ parts: Parts) -> String {
    [parts.connection, parts.certificate ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
