// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Time as the machine tells it.
public struct SystemClock: Clock {
  /// The machine's clock.
  public init() {}

  public var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  public var uptime: Uptime { Uptime(nanoseconds: roost_boottime_ns()) }

  public func sleep(until deadline: Uptime) async throws {
    while true {
      let left = deadline - uptime
      guard left > .zero else { return }
      try await Task.sleep(for: left)
    }
  }
}

/// Chance from the kernel.
public struct SystemRandomness: Randomness {
  /// The kernel's generator.
  public init() {}

  public func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // getrandom(2) without flags fails only for a bad address.
      filled = roost_random(buffer.baseAddress, count) == 0 ? count : 0
    }
  }
}

/// What strerror says, with the number.
public func systemErrorText(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  strerror_r(code, &buffer, buffer.count)
  return "\(String(upToZero: buffer)) (errno \(code))"
}
