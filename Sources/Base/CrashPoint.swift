// SPDX-License-Identifier: Apache-2.0

/// Every point at which a test may have a process killed; see `CrashPoints`.
///
/// The raw value is the point's name: the program that reaches it, the step, and where in the step.
/// `before` and `after` stand outside a step; other words name a moment within it at which something
/// is half done.
public enum CrashPoint: String, Sendable, Hashable, CaseIterable {
  // MARK: The agent is told

  /// A desired state has come and is nowhere written down.
  case journalBefore = "agent.journal.before"
  /// It is in the journal; the controller has no answer.
  case journalAfter = "agent.journal.after"

  // MARK: The agent makes a guest

  case fetchImageBefore = "agent.fetchImage.before"
  /// The bytes are there, under a name that says they are not verified.
  case fetchImageDownloaded = "agent.fetchImage.downloaded"
  case fetchImageAfter = "agent.fetchImage.after"
  case createDiskBefore = "agent.createDisk.before"
  /// The disk is made, under a name that says it is not finished.
  case createDiskMade = "agent.createDisk.made"
  case createDiskAfter = "agent.createDisk.after"
  case createConfigDriveBefore = "agent.createConfigDrive.before"
  case createConfigDriveAfter = "agent.createConfigDrive.after"
  case plugPortBefore = "agent.plugPort.before"
  /// The tap exists and bears neither mark nor name yet.
  case plugPortMade = "agent.plugPort.made"
  /// The tap bears its mark and name; it is on no bridge yet.
  case plugPortMarked = "agent.plugPort.marked"
  case plugPortAfter = "agent.plugPort.after"
  case defineDomainBefore = "agent.defineDomain.before"
  case defineDomainAfter = "agent.defineDomain.after"
  case startDomainBefore = "agent.startDomain.before"
  /// The guest runs; the journal does not know that it ever did.
  case startDomainAfter = "agent.startDomain.after"
  /// The journal knows that the guest runs.
  case recordStartAfter = "agent.recordStart.after"

  // MARK: The agent stops and removes a guest

  case shutdownDomainBefore = "agent.shutdownDomain.before"
  case shutdownDomainAfter = "agent.shutdownDomain.after"
  case destroyDomainBefore = "agent.destroyDomain.before"
  case destroyDomainAfter = "agent.destroyDomain.after"
  case unplugPortBefore = "agent.unplugPort.before"
  case unplugPortAfter = "agent.unplugPort.after"
  case undefineDomainBefore = "agent.undefineDomain.before"
  case undefineDomainAfter = "agent.undefineDomain.after"
  case removeDisksBefore = "agent.removeDisks.before"
  /// The files are gone; their folder is not.
  case removeDisksEmptied = "agent.removeDisks.emptied"
  case removeDisksAfter = "agent.removeDisks.after"

  // MARK: The agent tells

  /// A guest is as it should be; the controller has not heard it.
  case reportSettledBefore = "agent.reportSettled.before"
  /// The controller has recorded that and answered.
  case reportSettledAfter = "agent.reportSettled.after"
  /// Nothing is left of a guest; the controller has not heard it.
  case reportGoneBefore = "agent.reportGone.before"
  /// The controller has recorded that and answered.
  case reportGoneAfter = "agent.reportGone.after"
  /// The controller knows that a guest is gone; the journal still holds it.
  case forgetBefore = "agent.forget.before"
  case forgetAfter = "agent.forget.after"

  // MARK: The controller is asked

  case createServerBeforeCommit = "controller.createServer.beforeCommit"
  /// Every row is written in a transaction that is not committed.
  case createServerWritten = "controller.createServer.written"
  /// Committed; the user has no answer.
  case createServerAfterCommit = "controller.createServer.afterCommit"
  case deleteServerBeforeCommit = "controller.deleteServer.beforeCommit"
  /// Every row is written in a transaction that is not committed.
  case deleteServerWritten = "controller.deleteServer.written"
  /// Committed; the user has no answer.
  case deleteServerAfterCommit = "controller.deleteServer.afterCommit"

  // MARK: The controller and its nodes

  /// Committed, and answered or about to be; the node has heard nothing.
  case applyBefore = "controller.apply.before"
  /// The node has answered that it is in its journal.
  case applyAfter = "controller.apply.after"
  /// A node asks for an image's bytes.
  case grantImageBefore = "controller.grantImage.before"
  case grantImageAfter = "controller.grantImage.after"
  /// A node has reported that a guest is as it should be; it is not recorded.
  case observeSettledBeforeCommit = "controller.observeSettled.beforeCommit"
  /// It is written in a transaction that is not committed.
  case observeSettledWritten = "controller.observeSettled.written"
  /// Committed; the node has no answer.
  case observeSettledAfterCommit = "controller.observeSettled.afterCommit"
  /// A node has reported that nothing is left of a guest; it is not recorded.
  case observeGoneBeforeCommit = "controller.observeGone.beforeCommit"
  /// It is written in a transaction that is not committed.
  case observeGoneWritten = "controller.observeGone.written"
  /// Committed; the node has no answer.
  case observeGoneAfterCommit = "controller.observeGone.afterCommit"
}

extension CrashPoint {
  /// Who reaches a point.
  public enum Program: String, Sendable, CaseIterable {
    case agent
    case controller
  }

  /// Who reaches it.
  public var program: Program {
    rawValue.hasPrefix("controller.") ? .controller : .agent
  }

  /// The step that it belongs to, as `createDisk`.
  public var step: String {
    rawValue.split(separator: ".").dropFirst().first.map(String.init) ?? rawValue
  }

  /// Whether it is reached only when the node has not cached the image.
  public var needsFreshImage: Bool { ["fetchImage", "grantImage"].contains(step) }

  /// Those that every create of a server reaches; some only if the image is fresh.
  public static let create = passed(
    agent: [
      "journal", "fetchImage", "createDisk", "createConfigDrive", "plugPort", "defineDomain",
      "startDomain", "recordStart", "reportSettled",
    ],
    controller: ["createServer", "apply", "grantImage", "observeSettled"])

  /// Those that every delete of a running server reaches, and nothing else that runs then does.
  public static let delete = passed(
    agent: [
      "journal", "destroyDomain", "unplugPort", "undefineDomain", "removeDisks", "reportGone",
      "forget",
    ],
    controller: ["deleteServer", "apply", "observeGone"])

  private static func passed(agent: [String], controller: [String]) -> [CrashPoint] {
    allCases.filter { point in
      switch point.program {
      case .agent: agent.contains(point.step)
      case .controller: controller.contains(point.step)
      }
    }
  }
}
