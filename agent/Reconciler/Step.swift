// SPDX-License-Identifier: Apache-2.0

public import Base

/// One thing to do for an instance. Each is idempotent and may be repeated after a crash.
public enum Step: Sendable, Hashable {
  /// Have the base image in the cache.
  case fetchImage
  /// Make the root disk on top of it.
  case createDisk
  /// Write the config drive.
  case createConfigDrive
  /// Make a port's tap.
  case plugPort(PortID)
  /// Define the domain, or define it anew.
  case defineDomain
  /// Boot the domain.
  case startDomain
  /// Press the power button and wait for the guest.
  case shutdownDomain
  /// Cut the power.
  case destroyDomain
  /// Remove a port's tap.
  case unplugPort(PortID)
  /// Forget the domain's definition.
  case undefineDomain
  /// Remove the instance's folder.
  case removeDisks

  /// The name in reports and logs.
  public var name: String {
    switch self {
    case .fetchImage: "fetchImage"
    case .createDisk: "createDisk"
    case .createConfigDrive: "createConfigDrive"
    case .plugPort: "plugPort"
    case .defineDomain: "defineDomain"
    case .startDomain: "startDomain"
    case .shutdownDomain: "shutdownDomain"
    case .destroyDomain: "destroyDomain"
    case .unplugPort: "unplugPort"
    case .undefineDomain: "undefineDomain"
    case .removeDisks: "removeDisks"
    }
  }

  /// Where a test may have the agent killed around it.
  var crashPoints: (before: CrashPoint, after: CrashPoint) {
    switch self {
    case .fetchImage: (.fetchImageBefore, .fetchImageAfter)
    case .createDisk: (.createDiskBefore, .createDiskAfter)
    case .createConfigDrive: (.createConfigDriveBefore, .createConfigDriveAfter)
    case .plugPort: (.plugPortBefore, .plugPortAfter)
    case .defineDomain: (.defineDomainBefore, .defineDomainAfter)
    case .startDomain: (.startDomainBefore, .startDomainAfter)
    case .shutdownDomain: (.shutdownDomainBefore, .shutdownDomainAfter)
    case .destroyDomain: (.destroyDomainBefore, .destroyDomainAfter)
    case .unplugPort: (.unplugPortBefore, .unplugPortAfter)
    case .undefineDomain: (.undefineDomainBefore, .undefineDomainAfter)
    case .removeDisks: (.removeDisksBefore, .removeDisksAfter)
    }
  }

  /// Whether it takes something away that can't be made again.
  public var removes: Bool {
    switch self {
    case .destroyDomain, .unplugPort, .undefineDomain, .removeDisks: true
    default: false
    }
  }
}
