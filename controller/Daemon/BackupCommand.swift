// SPDX-License-Identifier: Apache-2.0

public import Base
import Store

/// `roost-controller backup`: works beside a controller that runs, and without one.
public struct BackupCommand {
  private let file: String
  private let configuration: ControllerConfiguration
  private let disk: any Disk
  private let vfs: String?
  private let clock: any Clock

  /// - Parameters:
  ///   - file: the backup, a new file.
  ///   - vfs: SQLite's name for the file system layer of `disk`; nil is the machine's.
  public init(
    file: String, configuration: ControllerConfiguration, disk: any Disk, vfs: String? = nil,
    clock: any Clock
  ) {
    self.file = file
    self.configuration = configuration
    self.disk = disk
    self.vfs = vfs
    self.clock = clock
  }

  /// - Returns: what to tell the operator.
  public func run() throws(RoostError) -> String {
    let database = StateFolder.database(in: configuration.stateFolder)
    guard try disk.exists(database) else {
      throw StateFolder.absent(configuration.stateFolder)
    }
    try Backup.make(of: database, at: file, time: clock.now, disk: disk, vfs: vfs)
    let size = try disk.size(of: file) ?? 0
    return """
      \(file) holds every record, \(size) bytes. Only its owner can read it: it has password hashes.
      Not in it: the bytes of images (\(configuration.imageFolder)), /etc/roost and the CA's folder.

      """
  }
}
