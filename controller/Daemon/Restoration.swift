// SPDX-License-Identifier: Apache-2.0

public import Base
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
public struct Restoration {
  private let file: String
  private let isForced: Bool
  private let configuration: ControllerConfiguration
  private let disk: any Disk
  private let vfs: String?
  private let clock: any Clock
  private let randomness: any Randomness

  /// - Parameters:
  ///   - file: the backup.
  ///   - isForced: sets aside what is there instead of refusing.
  ///   - vfs: SQLite's name for the file system layer of `disk`; nil is the machine's.
  public init(
    from file: String, isForced: Bool, configuration: ControllerConfiguration, disk: any Disk,
    vfs: String? = nil, clock: any Clock, randomness: any Randomness
  ) {
    self.file = file
    self.isForced = isForced
    self.configuration = configuration
    self.disk = disk
    self.vfs = vfs
    self.clock = clock
    self.randomness = randomness
  }

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
  public func run() throws(RoostError) -> String {
    let folder = try StateFolder(
      configuration.stateFolder, create: true, disk: disk, isSimulated: vfs != nil)
    // The lock holds until all is done.
    defer { withExtendedLifetime(folder) {} }
    let state = configuration.stateFolder
    let isOccupied = try disk.exists(folder.database)
    guard !isOccupied || isForced else {
      throw RoostError(
        .conflict,
        "There is a controller in \(state) already; nothing was changed. With --force its records "
          + "are set aside in a folder beside them.")
    }
    let new = folder.database + ".restoring"
    let (mark, contents) = try Backup.unpack(
      file, to: new, outdoing: newestGeneration(in: folder),
      at: clock.now, disk: disk, vfs: vfs
    ) { (tx) throws(RoostError) in try read(tx) }
    let stamp = clock.now.epochSeconds
    var report: [String] = []
    if let aside = try aside(folder, isOccupied: isOccupied, stamp) {
      try folder.setAside(to: aside)
      report.append("What was there is in \(aside).")
    }
    // A key of its own: tokens and rights that were given before the restore end with it.
    try folder.replaceKey(randomness)
    try folder.give(new)
    try disk.rename(new, to: folder.database)
    report += try settleImages(contents, stamp)
    return """
      \(state) is restored from \(file), made \(mark.madeAt.iso8601) by release \
      \(mark.release): \(contents.servers) servers, \(contents.nodes) nodes, \
      \(contents.images.count) images. Generations go on in epoch \(contents.epoch). Every token has \
      ended.
      \(report.map { $0 + "\n" }.joined())\
      Next: start roost-controller, wait for the nodes, then look at `roostctl orphan list` (what was
      made after the backup), `roostctl audit`, and servers in ERROR (what was deleted after it).

      """
  }

  /// How the names of folders begin that have a state which was set aside.
  private static let asidePrefix = "set-aside-"

  /// Where to set aside what is there; nil if nothing is. What a restore that was cut off did not get to
  /// move belongs to what it moved.
  private func aside(
    _ folder: StateFolder, isOccupied: Bool, _ stamp: UInt64
  ) throws(RoostError) -> String? {
    if !isOccupied {
      if let incomplete = try folder.incomplete(Self.asidePrefix) { return incomplete }
      guard try folder.hasCompanions() else { return nil }
    }
    return try unused("\(configuration.stateFolder)/\(Self.asidePrefix)\(stamp)")
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

  /// What the states of this folder have handed out, those set aside too: a restore that was cut off may
  /// have moved the last one there. A damaged one can't say.
  private func newestGeneration(in folder: StateFolder) throws(RoostError) -> Generation {
    var newest = Generation.zero
    for database in [folder.database] + (try folder.databases(in: Self.asidePrefix)) {
      let handedOut = Result { () throws(RoostError) in
        try DatabaseFile.read(database, vfs: vfs) { (tx) throws(RoostError) in
          try tx.newestGeneration()
        }
      }
      newest = max(newest, (try? handedOut.get()) ?? .zero)
    }
    return newest
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
