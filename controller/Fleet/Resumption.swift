// SPDX-License-Identifier: Apache-2.0

import Base
public import NodeProtocol
public import StateDigest

/// A registration by digests: what a node says of all it knows without naming it. Pure.
///
/// Records and node compare sums over sixteen buckets of instances. Where the sums are equal both
/// hold the same, and the records stand for what the node would have named; the other buckets must be
/// named. So the outcome is that of a registration that names everything.
public struct Resumption: Sendable {
  /// What the node is; `held` names what is in the buckets of `named`.
  public let registration: RegisterRequest
  private let held: StateDigest
  private let observed: StateDigest
  private let named: Buckets

  /// Reads a request; nil if a digest has another size than docs/wire.md says.
  public init?(_ request: ResumeRequest) {
    guard let held = StateDigest(bytes: request.heldDigest),
      let observed = StateDigest(bytes: request.observedDigest)
    else { return nil }
    registration = request.registration
    self.held = held
    self.observed = observed
    named = Buckets(rawValue: request.namedBuckets)
  }

  /// What the node holds, or what it must name before that is known.
  public enum Holding: Sendable, Hashable {
    /// As if the node had named all of it.
    case complete([Held])
    /// These buckets differ and were not named.
    case wanted(Buckets)
  }

  /// Completes what the node named with what is on record of it.
  ///
  /// What is taken from the records has their target. The node's may differ in theory; it counts only
  /// for a generation that is on no record.
  ///
  /// - Parameter records: what the node holds as far as they know, each instance once.
  public func held(onRecord records: [Held]) -> Holding {
    let onRecord = StateDigest(
      records.lazy.map { EntryDigest(holding: $0.instanceID, $0.generation) })
    if PlantedBug.differenceUntold.isPlanted { return .complete(records) }
    let wanted = held.differing(from: onRecord).subtracting(named)
    guard wanted.isEmpty else { return .wanted(wanted) }
    return .complete(
      registration.held.filter { named.hold($0.instanceID) }
        + records.filter { !named.hold($0.instanceID) })
  }

  /// What the node must be told to know which of its reports are recorded.
  ///
  /// - Parameter recorded: the newest recorded report of each instance on the node.
  public func unlike(_ recorded: [EntryDigest]) -> RecordedReports {
    let buckets = observed.differing(from: StateDigest(recorded))
    return RecordedReports(
      buckets: buckets, reports: recorded.filter { buckets.hold($0.instance) })
  }
}

/// Which of a node's reports are recorded: in the buckets named these and no others, in the other
/// buckets all that the node has.
public struct RecordedReports: Sendable, Hashable {
  public let buckets: Buckets
  public let reports: [EntryDigest]

  /// - Parameter reports: all that are recorded in the buckets.
  public init(buckets: Buckets, reports: [EntryDigest]) {
    self.buckets = buckets
    self.reports = reports
  }
}

/// What came of a registration by digests.
public enum ResumptionOutcome: Sendable, Hashable {
  /// Nothing is recorded: what is held in these buckets must be named.
  case wanted(Buckets)
  /// It is recorded. The node must be told these states, and this of its reports.
  case registered([Desired], RecordedReports)
}
