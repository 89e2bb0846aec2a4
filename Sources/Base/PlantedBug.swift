// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Defects of the kind that real systems have, each in its place in the code behind `isPlanted`, to see
/// whether the tests that should find such a thing do. docs/bottle.md has the score.
///
/// They are there only in a build with `-D PLANTED_BUGS`, which no release is, and then one at a time.
public enum PlantedBug: String, Sendable, Hashable, CaseIterable {
  // MARK: The store and the journal

  /// A commit is answered before it is on the disk.
  case missingFlush = "missing-flush"
  /// A write is answered before it is committed; one whose commit fails was answered all the same.
  case answeredBeforeCommit = "answered-before-commit"
  /// A revocation gets the generation of what was told before it.
  case generationReused = "generation-reused"

  // MARK: The agent

  /// What happened while there was no connection counts as told.
  case eventLostOnReconnect = "event-lost-on-reconnect"
  /// The answer to a report counts for what was observed meanwhile.
  case newerAcknowledged = "newer-acknowledged"
  /// A ring that nobody waits for is lost.
  case ringLost = "ring-lost"
  /// Two observations that differ in power alone are taken for one.
  case powerUnreported = "power-unreported"
  /// A guest that does not run is removed without its taps.
  case tapLeft = "tap-left"
  /// A guest is removed without its files.
  case filesLeft = "files-left"
  /// An image is kept whatever its bytes are.
  case imageUnverified = "image-unverified"
  /// An image gets its name before its bytes are on the disk.
  case imageUnflushed = "image-unflushed"
  /// Who waits for another's download of an image is not told when that fails.
  case waitersForgotten = "waiters-forgotten"
  /// Guests that a reboot of the host took down stay down.
  case rebootIgnored = "reboot-ignored"
  /// After a reboot of the host whoever waits for a turn to start is never called.
  case turnKept = "turn-kept"

  // MARK: The wire and the fleet

  /// Calls under way when their connection ends wait for ever.
  case callsLeftHanging = "calls-left-hanging"
  /// A lease is counted from the end of the last one.
  case leaseFromItsEnd = "lease-from-its-end"
  /// Leases end by civil time.
  case leaseOnCivilTime = "lease-on-civil-time"
  /// A controller that has just started calls nodes down that it has not heard yet.
  case downAtOnce = "down-at-once"
  /// The answer to one state counts for a newer one of the same server.
  case newerUntold = "newer-untold"
  /// A node that comes back is taken to hold what it was told.
  case differenceUntold = "difference-untold"

  // MARK: The cloud

  /// A server that is deleted keeps its claim.
  case claimKept = "claim-kept"
  /// A server that could not be made keeps its claim.
  case failedClaimKept = "failed-claim-kept"
  /// A server that is deleted keeps its ports.
  case interfacesKept = "interfaces-kept"
  /// Placement counts what a host has, not what is left of it.
  case useIgnored = "use-ignored"
  /// Placement takes hosts that are out of service.
  case disabledTaken = "disabled-taken"
  /// A report of an older state is taken for one of the newest.
  case staleReportTaken = "stale-report-taken"
  /// A node is told to remove a server, and nothing is written down.
  case revocationUnrecorded = "revocation-unrecorded"
  /// A deleted server can still be looked at.
  case deletedSeen = "deleted-seen"
  /// A tenant's list has other tenants' servers.
  case othersListed = "others-listed"
  /// An address is given although somebody has it.
  case addressGivenTwice = "address-given-twice"

  /// Whether the bug is in force: never, but in a build that has them.
  @inlinable @inline(__always) public var isPlanted: Bool {
    #if PLANTED_BUGS
      PlantedBugs.chosen == self
    #else
      false
    #endif
  }
}

#if PLANTED_BUGS
  /// Which bug is in force.
  public enum PlantedBugs {
    private static let state = Mutex<PlantedBug?>(nil)

    /// Nil for none.
    public static var chosen: PlantedBug? {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
  }
#endif
