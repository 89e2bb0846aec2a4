// SPDX-License-Identifier: Apache-2.0

public import Base

/// How calls of a simulated part go.
public struct Behaviour: Sendable, Hashable {
  /// From the call to its answer; drawn evenly.
  public var latency: ClosedRange<Duration>
  /// Of so many calls in ten thousand each is refused.
  public var failures: UInt64
  /// What a refusal is.
  public var failure: RoostError.Kind
  /// So many in ten thousand never return.
  public var hangs: UInt64
  /// So many in ten thousand lie: what was asked for is said to be done and is not, what was looked
  /// for is said not to be there.
  public var lies: UInt64

  /// By default every call does at once what it is asked for.
  public init(
    latency: ClosedRange<Duration> = .zero...(.zero), failures: UInt64 = 0,
    failure: RoostError.Kind = .internal, hangs: UInt64 = 0, lies: UInt64 = 0
  ) {
    self.latency = latency
    self.failures = failures
    self.failure = failure
    self.hangs = hangs
    self.lies = lies
  }

  /// How one call goes. Pure but for the chance it draws: the same draws give the same fates.
  public func fate(_ randomness: any Randomness) -> Fate {
    // Nothing is drawn where nothing depends on it.
    guard self != Behaviour() else { return Fate(after: .zero, .done) }
    let span = (latency.upperBound - latency.lowerBound).microseconds
    let wait =
      latency.lowerBound + .microseconds(Int64(randomness.number(below: UInt64(max(0, span)) + 1)))
    let draw = randomness.number(below: 10_000)
    if draw < hangs { return Fate(after: wait, .never) }
    if draw < hangs + failures { return Fate(after: wait, .refused(failure)) }
    return Fate(after: wait, draw < hangs + failures + lies ? .lie : .done)
  }
}

/// How one call goes.
public struct Fate: Sendable, Hashable {
  /// What comes of it.
  public enum Outcome: Sendable, Hashable {
    case done
    case lie
    case refused(RoostError.Kind)
    case never
  }

  /// When it comes of it.
  public let wait: Duration
  public let outcome: Outcome

  init(after wait: Duration, _ outcome: Outcome) {
    self.wait = wait
    self.outcome = outcome
  }
}

/// How the calls of all parts of a node go, by the operation's name: `hypervisor.start`,
/// `switch.plug`, `disks.createDisk`.
public struct Behaviours: Sendable, Hashable {
  /// Of an operation that is not among `special`.
  public var usual: Behaviour
  public var special: [String: Behaviour]

  /// By default every call does at once what it is asked for.
  public init(usual: Behaviour = Behaviour(), special: [String: Behaviour] = [:]) {
    self.usual = usual
    self.special = special
  }

  /// The behaviour of one operation.
  public subscript(operation: String) -> Behaviour { special[operation] ?? usual }
}
