// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Synchronization
import Testing

@Suite struct EventLoopTests {
  @Test func runsTasksAndTheirChildrenOnItsThread() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let threads = await withCheckedContinuation { continuation in
      _ = Task(executorPreference: loop) {
        async let child = pthread_self()
        let threads = (pthread_self(), await child)
        continuation.resume(returning: threads)
      }
    }
    #expect(threads.0 == threads.1)
    #expect(threads.0 != pthread_self())
  }

  @Test func tellsWhenADescriptorIsReady() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    defer {
      close(reading)
      close(writing)
    }
    let ready = await withCheckedContinuation { continuation in
      do {
        try loop.watch(reading, for: .read) { ready in
          loop.unwatch(reading)
          continuation.resume(returning: ready)
        }
      } catch {
        Issue.record(error)
        continuation.resume(returning: [])
      }
      _ = write(writing, "x", 1)
    }
    #expect(ready.contains(.read))
  }

  @Test func refusesADescriptorThatIsNone() throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    #expect(throws: RoostError.self) { try loop.watch(-1, for: .read) { _ in } }
  }
}
