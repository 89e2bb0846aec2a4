// SPDX-License-Identifier: Apache-2.0

public import Base

/// The `Disk` seam of one process on a simulated volume. Makes the same calls, in the same order, as
/// `SystemDisk`, so that a crash finds the same states between them.
public struct SimulatedDisk: Disk {
  private let volume: SimulatedVolume
  private let epoch: Int

  /// The seam of a process that is there from now on.
  init(on volume: SimulatedVolume) {
    self.volume = volume
    epoch = volume.epoch
  }

  public func read(_ path: String, limit: Int) throws(RoostError) -> [UInt8]? {
    let bytes = try part(of: path) { $0.count > limit ? nil : $0 }
    guard let bytes else { return nil }
    guard let whole = bytes else {
      throw RoostError(.tooLarge, "\(path) is larger than \(limit) bytes.")
    }
    return whole
  }

  public func readStart(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try part(of: path) { Array($0.prefix(count)) }
  }

  public func readEnd(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try part(of: path) { Array($0.suffix(count)) }
  }

  /// What `body` takes of a file's bytes, or nil if there is no file.
  private func part<T: Sendable>(
    of path: String, _ body: ([UInt8]) -> T
  ) throws(RoostError) -> T? {
    let found = try call(.open, path) { () throws(VolumeError) in
      try volume.open(path, [], epoch)
    }
    guard let file = found else { return nil }
    defer { volume.close(file) }
    return try call(.read, path) { () throws(VolumeError) in
      try volume.read(file) { bytes throws(VolumeError) in body(bytes) }
    }
  }

  public func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RoostError) {
    let aside = path + ".new"
    let file = try create(aside, mode: mode)
    do {
      defer { file.close() }
      try file.append(bytes)
      try file.flush()
    }
    try rename(aside, to: path)
  }

  public func create(_ path: String, mode: UInt32) throws(RoostError) -> any DiskFile {
    let file = try call(.open, path) { () throws(VolumeError) in
      guard let file = try volume.open(path, [.create, .truncate], epoch) else { throw .absent }
      return file
    }
    return SimulatedDiskFile(file, on: volume)
  }

  public func rename(_ from: String, to: String) throws(RoostError) {
    try change(.rename, from) { tree throws(VolumeError) in try tree.rename(from, to: to) }
    let (source, target) = (VolumeTree.split(from).folder, VolumeTree.split(to).folder)
    try flushFolder(target)
    if source != target { try flushFolder(source) }
  }

  public func flushFolder(_ path: String) throws(RoostError) {
    try call(.syncFolder, path) { () throws(VolumeError) in try volume.syncFolder(path, epoch) }
  }

  public func remove(_ path: String) throws(RoostError) {
    try change(.unlink, path) { tree throws(VolumeError) in
      if try tree.isThere(path) { try tree.unlink(path) }
    }
  }

  public func removeFolder(_ path: String) throws(RoostError) {
    try change(.removeFolder, path) { tree throws(VolumeError) in
      if try tree.isThere(path) { try tree.removeFolder(path) }
    }
  }

  public func list(_ folder: String) throws(RoostError) -> [String] {
    try call(.list, folder) { () throws(VolumeError) in
      try volume.perform(DiskCall(.list, folder), epoch) { state throws(VolumeError) in
        try state.tree.folder(at: folder)?.seen.keys.sorted() ?? []
      }
    }
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(RoostError) {
    if try makeOne(path) { return }
    try makeFolder(VolumeTree.split(path).folder, mode: mode)
    guard try makeOne(path) else { throw .volume(DiskCall(.makeFolder, path), .absent) }
  }

  /// - Returns: false if there is no folder to make it in.
  private func makeOne(_ path: String) throws(RoostError) -> Bool {
    var hasParent = true
    try change(.makeFolder, path) { tree throws(VolumeError) in
      guard try !tree.isThere(path) else { return }
      hasParent = try tree.isThere(VolumeTree.split(path).folder)
      if hasParent { try tree.makeFolder(path) }
    }
    return hasParent
  }

  public func exists(_ path: String) throws(RoostError) -> Bool {
    try status(of: path) != nil
  }

  public func size(of path: String) throws(RoostError) -> UInt64? {
    try status(of: path).map { UInt64($0) }
  }

  private func status(of path: String) throws(RoostError) -> Int? {
    try call(.stat, path) { () throws(VolumeError) in try volume.size(of: path, epoch) }
  }

  public func space(at path: String) throws(RoostError) -> (total: UInt64, free: UInt64) {
    try call(.space, path) { () throws(VolumeError) in
      try volume.perform(DiskCall(.space, path), epoch) { state throws(VolumeError) in
        guard try state.tree.isThere(path) else { throw .absent }
        return (state.capacity, state.free)
      }
    }
  }

  private func change(
    _ operation: DiskCall.Operation, _ path: String,
    _ body: (inout VolumeTree) throws(VolumeError) -> Void
  ) throws(RoostError) {
    try call(operation, path) { () throws(VolumeError) in
      try volume.change(DiskCall(operation, path), epoch, body)
    }
  }

  private func call<T>(
    _ operation: DiskCall.Operation, _ path: String, _ body: () throws(VolumeError) -> T
  ) throws(RoostError) -> T {
    do throws(VolumeError) {
      return try body()
    } catch {
      throw .volume(DiskCall(operation, path), error)
    }
  }
}
