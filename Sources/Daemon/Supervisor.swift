// SPDX-License-Identifier: Apache-2.0

public import Base
import CSystemd

/// The init system that started this daemon, as far as it is told how the daemon does.
///
/// Source: sd_notify(3), sd_watchdog_enabled(3).
public struct Supervisor: Sendable {
  private let notify: @Sendable (String) -> Void
  private let clock: any Clock
  /// How long the daemon may be silent before it is ended and started anew; nil for ever.
  private let allowedSilence: Duration?

  /// - Parameters:
  ///   - allowedSilence: how long the watchdog waits for a sign of life; nil without a watchdog.
  ///   - notify: passes one message on. Must not block.
  public init(
    allowedSilence: Duration?, clock: any Clock, notify: @escaping @Sendable (String) -> Void
  ) {
    self.allowedSilence = allowedSilence
    self.clock = clock
    self.notify = notify
  }

  /// The one that the environment names (NOTIFY_SOCKET, WATCHDOG_USEC); without one, nobody listens.
  public static func ofProcess(clock: any Clock) -> Supervisor {
    var microseconds: UInt64 = 0
    let watches = sd_watchdog_enabled(0, &microseconds) > 0
    return Supervisor(
      allowedSilence: watches ? .microseconds(Int64(clamping: microseconds)) : nil, clock: clock
    ) { message in
      // Whoever does not listen is not waited for, and a daemon works without one.
      _ = sd_notify(0, message)
    }
  }

  /// The daemon does what it is for: what was ordered behind it may start.
  public func ready(_ status: String) { notify("READY=1\nSTATUS=\(Self.line(status))") }

  /// Says in a line how the daemon does, for `systemctl status`.
  public func status(_ text: String) { notify("STATUS=\(Self.line(text))") }

  /// The daemon has begun to end.
  func stopping() { notify("STOPPING=1\nSTATUS=Stopping; guests go on.") }

  /// Gives signs of life until the task is cancelled. A loop that hangs gives none, so it must run
  /// on the loop that it vouches for.
  func watch() async {
    guard let allowedSilence else { return }
    while !Task.isCancelled {
      notify("WATCHDOG=1")
      try? await clock.sleep(for: allowedSilence / 3)
    }
  }

  /// A line of its own would be another message.
  private static func line(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
