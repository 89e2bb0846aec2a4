// SPDX-License-Identifier: Apache-2.0

/// A file's bytes as a kernel has them: what programs see, what the disk has, and the changes between.
///
/// A write costs what it writes, a flush what was written since the last.
struct CachedBytes {
  private enum Change {
    case write(at: Int, [UInt8])
    case resize(Int)
  }

  /// What programs see.
  private(set) var seen: [UInt8] = []
  /// What is on the disk.
  private(set) var kept: [UInt8] = []
  private var pending: [Change] = []
  /// Whether a flush failed so that the cache has what the disk has not, and nobody will write it.
  private var hasDiverged = false

  /// Whether a cut of power would change nothing.
  var isClean: Bool { pending.isEmpty && !hasDiverged }

  mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    guard !bytes.isEmpty else { return }
    Self.put(bytes, at: offset, in: &seen)
    pending.append(.write(at: offset, Array(bytes)))
  }

  mutating func resize(_ size: Int) {
    guard size != seen.count else { return }
    Self.resize(&seen, size)
    pending.append(.resize(size))
  }

  /// All that was changed is on the disk.
  mutating func flush() {
    for change in pending { Self.apply(change, to: &kept) }
    pending.removeAll(keepingCapacity: true)
  }

  /// A flush that fails. The first of the changes may be on the disk; the others are still to be written,
  /// or count as written and are not, or are gone from the cache too.
  mutating func failFlush(_ loss: PowerLoss) {
    let written = pending.firstIndex { _ in !loss.coin() } ?? pending.count
    for change in pending[..<written] { Self.apply(change, to: &kept) }
    pending.removeFirst(written)
    guard !pending.isEmpty, loss.coin() else { return }
    pending = []
    if loss.coin() {
      hasDiverged = true
    } else {
      seen = kept
      hasDiverged = false
    }
  }

  /// The cache is gone; of what was not flushed any part is on the disk.
  mutating func lose(_ loss: PowerLoss) {
    for change in pending { Self.apply(change, to: &kept, loss) }
    pending = []
    hasDiverged = false
    seen = kept
  }

  private static func apply(_ change: Change, to bytes: inout [UInt8]) {
    switch change {
    case .resize(let size): resize(&bytes, size)
    case .write(let offset, let new): new.withUnsafeBytes { put($0, at: offset, in: &bytes) }
    }
  }

  private static func apply(_ change: Change, to bytes: inout [UInt8], _ loss: PowerLoss) {
    switch change {
    case .resize(let size): if loss.keeps() { resize(&bytes, size) }
    case .write(let offset, let new):
      switch loss.fateOfWrite() {
      case .whole: new.withUnsafeBytes { put($0, at: offset, in: &bytes) }
      case .torn:
        grow(&bytes, to: offset + new.count, loss)
        new.withUnsafeBytes { tear($0, at: offset, in: &bytes, loss) }
      case .lost:
        // A file's length is no part of its bytes: it may be on the disk without them.
        if loss.coin() { grow(&bytes, to: offset + new.count, loss) }
      }
    }
  }

  /// Writes those sectors that chance has it.
  private static func tear(
    _ new: UnsafeRawBufferPointer, at offset: Int, in bytes: inout [UInt8], _ loss: PowerLoss
  ) {
    var start = 0
    while start < new.count {
      let end = min(new.count, start + PowerLoss.sector - (offset + start) % PowerLoss.sector)
      if loss.coin() {
        put(UnsafeRawBufferPointer(rebasing: new[start..<end]), at: offset + start, in: &bytes)
      }
      start = end
    }
  }

  private static func grow(_ bytes: inout [UInt8], to size: Int, _ loss: PowerLoss) {
    guard size > bytes.count else { return }
    bytes += loss.remains(size - bytes.count)
  }

  private static func resize(_ bytes: inout [UInt8], _ size: Int) {
    if size < bytes.count {
      bytes.removeLast(bytes.count - size)
    } else {
      bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
    }
  }

  private static func put(
    _ new: UnsafeRawBufferPointer, at offset: Int, in bytes: inout [UInt8]
  ) {
    if offset > bytes.count { resize(&bytes, offset) }
    let inside = min(new.count, bytes.count - offset)
    if inside > 0 {
      bytes.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[offset..<offset + inside])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: new[..<inside]))
      }
    }
    if inside < new.count { bytes.append(contentsOf: new[inside...]) }
  }
}
