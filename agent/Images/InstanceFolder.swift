// SPDX-License-Identifier: Apache-2.0

public import Base

/// Where one instance's files lie.
public struct InstanceFolder: Sendable, Hashable {
  /// The folder.
  public let path: String

  /// - Parameter root: the folder of all instances.
  public init(root: String, instance: InstanceID) {
    path = "\(root)/\(instance)"
  }

  /// The root disk, a qcow2 overlay on a base image.
  public var disk: String { path + "/disk" }
  /// The config drive.
  public var configDrive: String { path + "/config.iso" }
  /// What the guest printed on its serial console.
  public var consoleLog: String { path + "/console.log" }

  /// The ending of a file that is not finished.
  static let unfinished = ".part"
}
