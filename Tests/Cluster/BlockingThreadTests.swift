// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import LocalCloud
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BlockingThreadTests {
  @Test func `What blocks leaves the shared threads to others`() async throws {
    let gate = DispatchSemaphore(value: 0)
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN)) + 1
    try await withThrowingDiscardingTaskGroup { group in
      for _ in 0..<count {
        group.addTask { try await withBlockingThread { block(gate) } }
      }
      // Nobody would open the gate if one of them stood on each shared thread.
      for _ in 0..<count {
        await Task.yield()
        gate.signal()
      }
    }
  }

  @Test func `All that a body awaits runs on its thread`() async throws {
    let threads = try await withBlockingThread {
      async let child = pthread_self()
      return [pthread_self(), await child]
    }
    #expect(threads[0] == threads[1])
    #expect(threads[0] != pthread_self())
  }
}

private func block(_ gate: DispatchSemaphore) {
  gate.wait()
}
