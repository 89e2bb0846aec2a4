// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Store

/// What `restore` is told.
struct RestoreArguments: Equatable {
  var configuration: String
  var file: String
  /// Sets aside what is there instead of refusing.
  var isForced = false
}

/// `roost-controller restore`: makes a state folder out of a backup.
///
/// A crash at any moment leaves the old state, or a folder without a database in which the same
/// command succeeds: the database's name appears last.
struct Restoration {
  let arguments: RestoreArguments
  let configuration: ControllerConfiguration
  let disk: any Disk
  let clock: any Clock
  let randomness: any Randomness

  /// What a restored store holds.
  private struct Contents {
    var epoch: UInt64
    var servers: Int
    var nodes: Int
    /// Those that have bytes.
    var images: [Image]
    /// Ids of all whose files may be needed.
    var known: Set<String>
  }

  /// - Returns: what to tell the operator.
  func run() throws(RoostError) -> String {
    let folder = try StateFolder(configuration.stateFolder, create: true, disk: disk)
    // The lock holds until all is done.
    defer { withExtendedLifetime(folder) {} }
    let state = configuration.stateFolder
    let isOccupied = try disk.exists(folder.database)
    guard !isOccupied || arguments.isForced else {
      throw RoostError(
        .conflict,
        "There is a controller in \(state) already; nothing was changed. With --force its records "
          + "are set aside in a folder beside them.")
    }
    let new = folder.database + ".restoring"
    let (mark, contents) = try Backup.unpack(
      arguments.file, to: new, outdoing: isOccupied ? newestGeneration(in: folder) : .zero,
      at: clock.now, disk: disk
    ) { (tx) throws(RoostError) in try read(tx) }
    let stamp = clock.now.epochSeconds
    var report: [String] = []
    if isOccupied {
      let aside = try unused("\(state)/set-aside-\(stamp)")
      try folder.setAside(to: aside)
      report.append("What was there is in \(aside).")
    }
    // A key of its own: tokens and rights that were given before the restore end with it.
    try folder.replaceKey(randomness)
    try folder.give(new)
    try disk.rename(new, to: folder.database)
    report += try settleImages(contents, stamp)
    return """
      \(state) is restored from \(arguments.file), made \(mark.madeAt.iso8601) by release \
      \(mark.release): \(contents.servers) servers, \(contents.nodes) nodes, \
      \(contents.images.count) images. Generations go on in epoch \(contents.epoch). Every token has \
      ended.
      \(report.map { $0 + "\n" }.joined())\
      Next: start roost-controller, wait for the nodes, then look at `roostctl orphan list` (what was
      made after the backup), `roostctl audit`, and servers in ERROR (what was deleted after it).

      """
  }

  /// A path like `path` that nothing has: what was set aside before must stay.
  private func unused(_ path: String) throws(RoostError) -> String {
    var (name, number) = (path, 1)
    while try disk.exists(name) {
      number += 1
      name = "\(path)-\(number)"
    }
    return name
  }

  private func read(_ tx: Transaction) throws(RoostError) -> Contents {
    let images = try tx.images().filter { $0.content != nil }
    return Contents(
      epoch: try tx.newestGeneration().epoch, servers: try tx.instances(of: nil).count,
      nodes: try tx.nodes().count, images: images,
      known: Set((images + (try tx.deletedImages())).map(\.id.description)))
  }

  /// What the state that is replaced has handed out; a damaged one can't say.
  private func newestGeneration(in folder: StateFolder) -> Generation {
    let newest = Result { () throws(RoostError) in
      try DatabaseFile.read(folder.database) { (tx) throws(RoostError) in
        try tx.newestGeneration()
      }
    }
    return (try? newest.get()) ?? .zero
  }

  /// A controller removes files of images that it does not know when it starts; those may be images
  /// that were uploaded after the backup.
  private func settleImages(_ contents: Contents, _ stamp: UInt64) throws(RoostError) -> [String] {
    let folder = configuration.imageFolder
    try disk.makeFolder(folder, mode: 0o700)
    let names = try disk.list(folder)
    let unknown = names.filter { !contents.known.contains($0) }
    var report: [String] = []
    if !unknown.isEmpty {
      let aside = try unused("\(folder)-set-aside-\(stamp)")
      try disk.makeFolder(aside, mode: 0o700)
      for name in unknown { try disk.rename("\(folder)/\(name)", to: "\(aside)/\(name)") }
      report.append("Files of \(unknown.count) images without a record are in \(aside).")
    }
    for image in contents.images {
      let path = "\(folder)/\(image.id)"
      let size = try disk.size(of: path).map { Int64(clamping: $0) }
      guard size != image.content?.size else { continue }
      report.append(
        "Image \(image.id) (\(image.name ?? "without a name")): "
          + (size == nil
            ? "its file is missing; copy it to \(path), or delete the image and upload it again."
            : "its file \(path) has \(size ?? 0) bytes, not \(image.content?.size ?? 0)."))
    }
    return report
  }
}
