// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Glibc
import Images
import Lanes
import Synchronization

/// Serves bytes that the test chooses, and counts how often.
final class BytesSource: ImageSource {
  private let bytes: [UInt8]
  private let failures = Mutex(0)
  private let served = Mutex(0)
  private let gate: (@Sendable () async -> Void)?

  init(_ bytes: [UInt8], failures: Int = 0, gate: (@Sendable () async -> Void)? = nil) {
    self.bytes = bytes
    self.gate = gate
    self.failures.withLock { $0 = failures }
  }

  var downloads: Int { served.withLock { $0 } }

  func download(_ image: ImageReference, to file: any DiskFile) async throws(RoostError) {
    served.withLock { $0 += 1 }
    if let gate { await gate() }
    let fails = failures.withLock { left in
      left -= 1
      return left >= 0
    }
    for start in stride(from: 0, to: fails ? bytes.count / 2 : bytes.count, by: 1000) {
      try file.append(Array(bytes[start..<min(start + 1000, bytes.count)]))
    }
    if fails { throw RoostError(.unavailable, "The image service went away.") }
  }
}

/// The reference that truly names these bytes.
func reference(_ bytes: [UInt8], format: String = "raw") throws -> ImageReference {
  try ImageReference(
    id: .random(from: SystemRandomness()), format: format,
    sha256: try Digest.hex(.sha256, bytes), sizeBytes: UInt64(bytes.count))
}
