// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import Glibc

/// A pipe from a child: keeps the start of what arrives and counts on.
final class Pipe {
  /// The child's end, until it is closed here.
  private(set) var writing: Int32
  private var reading: Int32
  private let limit: Int
  /// What was kept.
  private(set) var bytes: [UInt8] = []
  /// Whether more arrived than is kept.
  private(set) var overflowed = false

  init(limit: Int, of program: String) throws(RoostError) {
    var ends: [Int32] = [-1, -1]
    let result = roost_pipe(&ends)
    guard result == 0 else { throw .system("make a pipe for \(program)", errno: -result) }
    reading = ends[0]
    writing = ends[1]
    self.limit = limit
    // The child's end stays blocking: it is another open file.
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeWriting()
    closeReading()
  }

  /// The descriptor to poll; -1, which poll skips, once the child has closed its end.
  var polled: Int32 { reading }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  /// Takes what is there without waiting, at most what a pipe holds by default twice over. What is
  /// over the limit is read and dropped, so that the child isn't held up by it.
  func drain() {
    var chunk = [UInt8](repeating: 0, count: 16384)
    for _ in 0..<8 where reading >= 0 {
      let n = read(reading, &chunk, chunk.count)
      if n < 0 && errno == EINTR { continue }
      if n < 0 && errno == EAGAIN { return }
      guard n > 0 else { return closeReading() }
      let room = limit - bytes.count
      bytes.append(contentsOf: chunk[0..<min(n, room)])
      if n > room { overflowed = true }
    }
  }

  private func closeReading() {
    if reading >= 0 { close(reading) }
    reading = -1
  }
}
