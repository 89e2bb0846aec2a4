// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// A disk that fails from its nth change on, as one does whose machine has lost power. What was changed
/// before is there.
final class CutDisk: Disk {
  private let inner = SystemDisk()
  private let left: Mutex<Int>

  /// - Parameter changes: so many are made.
  init(after changes: Int) { left = Mutex(changes) }

  private func change() throws(RoostError) {
    let isOff = left.withLock { left in
      left -= 1
      return left < 0
    }
    if isOff { throw RoostError(.internal, "the power is off") }
  }

  func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RoostError) {
    try change()
    let file = try inner.create(path + ".new", mode: mode)
    // Half of it is written when the power goes.
    try file.append(Array(bytes.prefix(bytes.count / 2)))
    do throws(RoostError) { try change() } catch {
      file.close()
      throw error
    }
    try file.append(Array(bytes.dropFirst(bytes.count / 2)))
    try file.flush()
    file.close()
    try rename(path + ".new", to: path)
  }

  func rename(_ from: String, to: String) throws(RoostError) {
    try change()
    try inner.rename(from, to: to)
  }

  func remove(_ path: String) throws(RoostError) {
    try change()
    try inner.remove(path)
  }

  func makeFolder(_ path: String, mode: UInt32) throws(RoostError) {
    try change()
    try inner.makeFolder(path, mode: mode)
  }

  func create(_ path: String, mode: UInt32) throws(RoostError) -> any DiskFile {
    try change()
    return try inner.create(path, mode: mode)
  }

  func removeFolder(_ path: String) throws(RoostError) {
    try change()
    try inner.removeFolder(path)
  }

  func flushFolder(_ path: String) throws(RoostError) { try inner.flushFolder(path) }
  func read(_ path: String, limit: Int) throws(RoostError) -> [UInt8]? {
    try inner.read(path, limit: limit)
  }
  func readStart(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try inner.readStart(path, count: count)
  }
  func readEnd(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try inner.readEnd(path, count: count)
  }
  func list(_ folder: String) throws(RoostError) -> [String] { try inner.list(folder) }
  func exists(_ path: String) throws(RoostError) -> Bool { try inner.exists(path) }
  func size(of path: String) throws(RoostError) -> UInt64? { try inner.size(of: path) }
  func space(at path: String) throws(RoostError) -> (total: UInt64, free: UInt64) {
    try inner.space(at: path)
  }
}
