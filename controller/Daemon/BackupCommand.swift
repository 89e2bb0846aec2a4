// SPDX-License-Identifier: Apache-2.0

import Base
import Store

/// `roost-controller backup`: works beside a controller that runs, and without one.
struct BackupCommand {
  let file: String
  let configuration: ControllerConfiguration
  let disk: any Disk
  let clock: any Clock

  /// - Returns: what to tell the operator.
  func run() throws(RoostError) -> String {
    let database = StateFolder.database(in: configuration.stateFolder)
    guard try disk.exists(database) else {
      throw StateFolder.absent(configuration.stateFolder)
    }
    try Backup.make(of: database, at: file, time: clock.now, disk: disk)
    let size = try disk.size(of: file) ?? 0
    return """
      \(file) holds every record, \(size) bytes. Only its owner can read it: it has password hashes.
      Not in it: the bytes of images (\(configuration.imageFolder)), /etc/roost and the CA's folder.

      """
  }
}
