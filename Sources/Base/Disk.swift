// SPDX-License-Identifier: Apache-2.0

/// The seam for files. Paths are absolute. Calls block: they run at start or on lanes.
///
/// SQLite does not pass through here; it has a seam of its own, the VFS.
public protocol Disk: Sendable {
  /// The whole file, or nil if there is none. A file over `limit` bytes is `tooLarge`.
  func read(_ path: String, limit: Int) throws(RoostError) -> [UInt8]?
  /// The file's first bytes, at most `count` of them, or nil if there is no file.
  func readStart(_ path: String, count: Int) throws(RoostError) -> [UInt8]?
  /// The file's last bytes, at most `count` of them, or nil if there is no file.
  func readEnd(_ path: String, count: Int) throws(RoostError) -> [UInt8]?
  /// Replaces the file in one step that survives power loss: write aside, flush, rename, flush the
  /// folder. `mode` holds from the file's first byte.
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RoostError)
  /// Opens for writing from the start, creating or emptying the file.
  func create(_ path: String, mode: UInt32) throws(RoostError) -> any DiskFile
  /// Moves within one file system, replacing what is there, and flushes both folders.
  func rename(_ from: String, to: String) throws(RoostError)
  /// Removes a file; none there is fine. A cut of power may bring it back until its folder is flushed.
  func remove(_ path: String) throws(RoostError)
  /// Removes an empty folder; none there is fine. A cut of power may bring it back, with what was in it,
  /// until the folder that it was in is flushed.
  func removeFolder(_ path: String) throws(RoostError)
  /// Returns once the names in a folder survive a loss of power, those that were removed too.
  func flushFolder(_ path: String) throws(RoostError)
  /// Names in a folder, sorted; an absent folder is empty.
  func list(_ folder: String) throws(RoostError) -> [String]
  /// Makes the folder and its parents with `mode`; one there already is fine.
  func makeFolder(_ path: String, mode: UInt32) throws(RoostError)
  /// Whether a file or a folder is there.
  func exists(_ path: String) throws(RoostError) -> Bool
  /// Bytes in the file, or nil if there is none.
  func size(of path: String) throws(RoostError) -> UInt64?
  /// Bytes in all and free for us on the file system that holds `path`.
  func space(at path: String) throws(RoostError) -> (total: UInt64, free: UInt64)
}

/// A file open for writing.
public protocol DiskFile: AnyObject, Sendable {
  /// Appends all of the bytes.
  func append(_ bytes: UnsafeRawBufferPointer) throws(RoostError)
  /// Returns once what was appended survives power loss.
  func flush() throws(RoostError)
  /// Closes; a second close does nothing.
  func close()
}

extension DiskFile {
  /// Appends all of the bytes.
  public func append(_ bytes: [UInt8]) throws(RoostError) {
    // withUnsafeBytes rethrows untyped; carry the error across it.
    let failure: RoostError? = bytes.withUnsafeBytes { buffer in
      do throws(RoostError) {
        try append(buffer)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }
}
