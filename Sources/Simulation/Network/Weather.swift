// SPDX-License-Identifier: Apache-2.0

/// What happens to the segments on a way.
public struct Weather: Hashable, Sendable {
  /// From one end to the other, one way; drawn evenly. Segments of one connection do not overtake each
  /// other by that.
  public var delay: ClosedRange<Duration>
  /// So many in a thousand never arrive.
  public var loss: Int
  /// So many in a thousand arrive twice.
  public var duplication: Int
  /// So many in a thousand are held up, and what was sent behind them arrives first.
  public var reordering: Int

  /// The weather of a local network where nothing is wrong, unless told otherwise.
  public init(
    delay: ClosedRange<Duration> = .microseconds(100)...(.microseconds(400)), loss: Int = 0,
    duplication: Int = 0, reordering: Int = 0
  ) {
    self.delay = delay
    self.loss = loss
    self.duplication = duplication
    self.reordering = reordering
  }

  /// Nothing arrives.
  public static let cut = Weather(loss: 1000)

  /// What goes through both has the longer delay, and the mishaps of either.
  func joined(with other: Weather) -> Weather {
    let lower = max(delay.lowerBound, other.delay.lowerBound)
    return Weather(
      delay: lower...max(lower, delay.upperBound, other.delay.upperBound),
      loss: min(1000, loss + other.loss), duplication: min(1000, duplication + other.duplication),
      reordering: min(1000, reordering + other.reordering))
  }
}

/// Where a weather is: on the ways between which machines.
public enum Region: Hashable, Sendable {
  case everywhere
  /// To and from a machine.
  case around(String)
  /// Between two machines, both ways.
  case between(String, String)
  /// What a machine sends.
  case from(String)
  /// What is sent to a machine.
  case to(String)

  func covers(from sender: String, to receiver: String) -> Bool {
    switch self {
    case .everywhere: true
    case .around(let machine): machine == sender || machine == receiver
    case .between(let one, let other):
      (one, other) == (sender, receiver) || (other, one) == (sender, receiver)
    case .from(let machine): machine == sender
    case .to(let machine): machine == receiver
    }
  }
}

/// Which of a machine's segments a cut stops.
public enum CutDirection: String, Hashable, Sendable, CaseIterable {
  case both
  /// What is sent to it.
  case incoming
  /// What it sends.
  case outgoing
}
