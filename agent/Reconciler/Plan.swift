// SPDX-License-Identifier: Apache-2.0

import Base
public import Hypervisor
public import Journal
import NodeProtocol

/// Desired against observed: what to do next for one instance. A pure function; whoever carries it
/// out observes and plans again until the plan has an outcome.
///
/// A create goes fetchImage, createDisk, createConfigDrive, plugPort, defineDomain, startDomain. A
/// removal goes destroyDomain, unplugPort, undefineDomain, removeDisks: the definition is the last
/// but one to go, for it names the taps of a guest whose specification the node was never told.
///
/// Nothing is removed unless the instance is revoked, or it could not be created and never ran.
public enum Plan: Sendable, Hashable {
  /// These steps, in this order.
  case steps([Step])
  /// The guest was asked to power off; wait for its event, or for the grace to end.
  case awaitShutdown
  /// All is as it should be.
  case settled(PowerState)
  /// It can't be made so, and nothing half-made is left.
  case failed(String)
  /// Nothing of it exists any more.
  case gone

  /// Circumstances that are neither desired nor observed on disk or in the kernel.
  public struct Circumstances: Sendable, Hashable {
    /// The host's boot id, changed by a reboot.
    public var bootID: String
    /// The guest has had its time to power off.
    public var graceOver: Bool
    /// The power button was pressed.
    public var asked: Bool

    /// Circumstances at one moment.
    public init(bootID: String, graceOver: Bool = false, asked: Bool = false) {
      self.bootID = bootID
      self.graceOver = graceOver
      self.asked = asked
    }
  }

  /// Plans for one instance.
  public static func make(
    _ entry: JournalEntry, _ observed: ObservedInstance, _ now: Circumstances
  ) -> Plan {
    switch entry.target {
    case .absent:
      let steps = removal(entry, observed)
      return steps.isEmpty ? .gone : .steps(steps)
    case .running, .stopped:
      if let failure = entry.failure { return abandoned(entry, observed, failure) }
      return build(entry, observed, now)
    default:
      return .failed("The journal holds a target that this version does not know.")
    }
  }

  /// A failed create leaves nothing; a guest that runs or ran before keeps all it has.
  private static func abandoned(
    _ entry: JournalEntry, _ observed: ObservedInstance, _ failure: String
  ) -> Plan {
    let ran = entry.booted || observed.domain?.active == true
    let steps = ran ? [] : removal(entry, observed)
    return steps.isEmpty ? .failed(failure) : .steps(steps)
  }

  private static func removal(_ entry: JournalEntry, _ observed: ObservedInstance) -> [Step] {
    var steps: [Step] = []
    if observed.domain?.active == true { steps.append(.destroyDomain) }
    if observed.domain?.active == true || !PlantedBug.tapLeft.isPlanted {
      steps += observed.taps.sorted().map { .unplugPort($0) }
    }
    if observed.domain?.persistent == true { steps.append(.undefineDomain) }
    if observed.files, !PlantedBug.filesLeft.isPlanted { steps.append(.removeDisks) }
    return steps
  }

  private static func build(
    _ entry: JournalEntry, _ observed: ObservedInstance, _ now: Circumstances
  ) -> Plan {
    if !observed.disk && entry.booted {
      return .failed("The instance's root disk is missing on its node.")
    }
    var steps: [Step] = []
    if !observed.disk {
      if !observed.imageCached { steps.append(.fetchImage) }
      steps.append(.createDisk)
    }
    if !observed.configDrive && !entry.spec.configDrive.files.isEmpty {
      steps.append(.createConfigDrive)
    }
    steps += entry.spec.ports.map(\.id).filter { !observed.plugged.contains($0) }
      .map { .plugPort($0) }
    let current = observed.domain.map { $0.persistent && $0.generation == entry.generation }
    if current != true { steps.append(.defineDomain) }
    return entry.target == .stopped
      ? power(off: observed.domain, after: steps, now)
      : power(on: observed, entry, after: steps, now)
  }

  private static func power(
    off domain: ObservedInstance.Domain?, after steps: [Step], _ now: Circumstances
  ) -> Plan {
    guard let domain, domain.active else {
      return steps.isEmpty ? .settled(domain?.power ?? .shutdown) : .steps(steps)
    }
    if now.graceOver { return .steps(steps + [.destroyDomain]) }
    if !now.asked { return .steps(steps + [.shutdownDomain]) }
    return steps.isEmpty ? .awaitShutdown : .steps(steps)
  }

  private static func power(
    on observed: ObservedInstance, _ entry: JournalEntry, after steps: [Step], _ now: Circumstances
  ) -> Plan {
    let domain = observed.domain
    if let domain, domain.active {
      return steps.isEmpty ? .settled(domain.power) : .steps(steps)
    }
    if shouldStart(entry, now) {
      // The cache may have lost what the disk stands on; the same bytes can be had again.
      let base: [Step] = observed.disk && !observed.imageCached ? [.fetchImage] : []
      return .steps(base + steps + [.startDomain])
    }
    return steps.isEmpty ? .settled(domain?.power ?? .shutdown) : .steps(steps)
  }

  /// A guest that powered itself off, or crashed, stays so until someone asks. One that a reboot of
  /// the host took down is started again, unless it is to stay off then.
  private static func shouldStart(_ entry: JournalEntry, _ now: Circumstances) -> Bool {
    entry.startedIn == nil || isTakenDown(entry, bootID: now.bootID)
  }

  /// Whether a reboot of the host took a guest down that is to come back.
  static func isTakenDown(_ entry: JournalEntry, bootID: String) -> Bool {
    guard let startedIn = entry.startedIn, entry.target == .running,
      !PlantedBug.rebootIgnored.isPlanted
    else { return false }
    return startedIn != bootID && PowerState(rawValue: entry.power)?.livesOn == true
      && !entry.spec.staysOffAfterReboot
  }
}

extension PowerState {
  /// Whether a guest in this state was in use.
  fileprivate var livesOn: Bool {
    switch self {
    case .running, .paused, .suspended: true
    case .noState, .shutdown, .crashed: false
    }
  }
}
