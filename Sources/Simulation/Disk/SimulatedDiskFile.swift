// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// A file of a simulated volume that is open for writing; it closes with its owner.
final class SimulatedDiskFile: DiskFile {
  private let volume: SimulatedVolume
  /// Nil once it is closed.
  private let open: Mutex<OpenFile?>
  private let path: String

  init(_ file: OpenFile, on volume: SimulatedVolume) {
    self.volume = volume
    path = file.path
    open = Mutex(file)
  }

  deinit { close() }

  func append(_ bytes: UnsafeRawBufferPointer) throws(RoostError) {
    guard !bytes.isEmpty else { return }
    try call(.write) { file throws(VolumeError) in try volume.write(bytes, to: file) }
  }

  func flush() throws(RoostError) {
    try call(.sync) { file throws(VolumeError) in try volume.sync(file) }
  }

  func close() {
    let file = open.withLock { open in
      defer { open = nil }
      return open
    }
    if let file { volume.close(file) }
  }

  private func call(
    _ operation: DiskCall.Operation, _ body: (OpenFile) throws(VolumeError) -> Void
  ) throws(RoostError) {
    guard let file = open.withLock({ $0 }) else {
      throw .volume(DiskCall(operation, path), .failed)
    }
    do throws(VolumeError) {
      try body(file)
    } catch {
      throw .volume(DiskCall(operation, path), error)
    }
  }
}
