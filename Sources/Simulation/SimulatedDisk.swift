// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// Files in memory. What was written is there until it is removed; a disk that lies takes writes and
/// keeps nothing.
public final class SimulatedDisk: Disk {
  private enum Entry: Sendable {
    case folder
    case file([UInt8])

    var bytes: [UInt8]? {
      switch self {
      case .folder: nil
      case .file(let bytes): bytes
      }
    }
  }

  private struct State {
    /// What is in each folder, by name.
    var folders: [String: [String: Entry]] = ["/": [:]]
    var isLying = false
    var capacity: UInt64
    var used: UInt64 = 0
  }

  private let state: Mutex<State>

  /// An empty disk.
  ///
  /// - Parameter capacity: bytes in all.
  public init(capacity: UInt64) { state = Mutex(State(capacity: capacity)) }

  /// Whether writes from now on are said to be done and are not.
  public func setLying(_ lies: Bool) { state.withLock { $0.isLying = lies } }

  /// What is free from now on is what `capacity` leaves.
  public func setCapacity(_ capacity: UInt64) { state.withLock { $0.capacity = capacity } }

  public func read(_ path: String, limit: Int) throws(RoostError) -> [UInt8]? {
    guard let bytes = file(path) else { return nil }
    guard bytes.count <= limit else {
      throw RoostError(.tooLarge, "\(path) has \(bytes.count) bytes; at most \(limit) are read.")
    }
    return bytes
  }

  public func readStart(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    file(path).map { Array($0.prefix(count)) }
  }

  public func readEnd(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    file(path).map { Array($0.suffix(count)) }
  }

  public func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RoostError) {
    try put(path, bytes)
  }

  public func create(_ path: String, mode: UInt32) throws(RoostError) -> any DiskFile {
    try put(path, [])
    return SimulatedFile(path, on: self)
  }

  public func rename(_ from: String, to: String) throws(RoostError) {
    guard let bytes = file(from) else {
      throw RoostError(.notFound, "\(from) does not exist.")
    }
    try put(to, bytes)
    try remove(from)
  }

  public func remove(_ path: String) throws(RoostError) {
    let (folder, name) = split(path)
    state.withLock { state in
      guard !state.isLying, let bytes = state.folders[folder]?[name]?.bytes else { return }
      state.used -= UInt64(bytes.count)
      _ = state.folders[folder]?.removeValue(forKey: name)
    }
  }

  public func removeFolder(_ path: String) throws(RoostError) {
    let (folder, name) = split(path)
    let isFull = state.withLock { state in
      guard let content = state.folders[path], !state.isLying else { return false }
      guard content.isEmpty else { return true }
      state.folders[path] = nil
      _ = state.folders[folder]?.removeValue(forKey: name)
      return false
    }
    if isFull { throw RoostError(.conflict, "\(path) is not empty.") }
  }

  public func list(_ folder: String) throws(RoostError) -> [String] {
    state.withLock { $0.folders[folder]?.keys.sorted() ?? [] }
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(RoostError) {
    state.withLock { state in
      guard !state.isLying else { return }
      var parent = "/"
      for name in path.split(separator: "/").map(String.init) {
        let folder = parent == "/" ? "/\(name)" : "\(parent)/\(name)"
        if state.folders[folder] == nil {
          state.folders[folder] = [:]
          state.folders[parent]?[name] = .folder
        }
        parent = folder
      }
    }
  }

  public func exists(_ path: String) throws(RoostError) -> Bool {
    let (folder, name) = split(path)
    return state.withLock { $0.folders[path] != nil || $0.folders[folder]?[name] != nil }
  }

  public func size(of path: String) throws(RoostError) -> UInt64? {
    file(path).map { UInt64($0.count) }
  }

  public func space(at path: String) throws(RoostError) -> (total: UInt64, free: UInt64) {
    state.withLock { ($0.capacity, $0.capacity - min($0.used, $0.capacity)) }
  }

  /// Appends to a file that is there.
  fileprivate func append(_ bytes: [UInt8], to path: String) throws(RoostError) {
    try put(path, (file(path) ?? []) + bytes)
  }

  private func file(_ path: String) -> [UInt8]? {
    let (folder, name) = split(path)
    return state.withLock { $0.folders[folder]?[name]?.bytes }
  }

  private func put(_ path: String, _ bytes: [UInt8]) throws(RoostError) {
    let (folder, name) = split(path)
    let failure = state.withLock { state -> RoostError? in
      guard let content = state.folders[folder] else {
        return RoostError(.notFound, "The folder \(folder) does not exist.")
      }
      let old = UInt64(content[name]?.bytes?.count ?? 0)
      let used = state.used - old + UInt64(bytes.count)
      guard used <= state.capacity else {
        return RoostError(.internal, "The disk is full.", operator: path)
      }
      guard !state.isLying else { return nil }
      state.used = used
      state.folders[folder]?[name] = .file(bytes)
      return nil
    }
    if let failure { throw failure }
  }
}

/// A file of a simulated disk that is open for writing.
private final class SimulatedFile: DiskFile {
  private let path: String
  private let disk: SimulatedDisk

  init(_ path: String, on disk: SimulatedDisk) {
    self.path = path
    self.disk = disk
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(RoostError) {
    try disk.append(Array(bytes), to: path)
  }

  func flush() throws(RoostError) {}
  func close() {}
}

/// The folder that a path is in, and its name there.
private func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return ("/", path) }
  let folder = slash == path.startIndex ? "/" : String(path[..<slash])
  return (folder, String(path[path.index(after: slash)...]))
}
