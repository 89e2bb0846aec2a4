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

  @Test func whatComesLastComesBehindAllThatATurnMakes() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let order = await withCheckedContinuation { continuation in
      loop.execute {
        let order = Mutex<[String]>([])
        loop.executeLast {
          continuation.resume(returning: order.withLock(\.self))
        }
        loop.execute {
          order.withLock { $0.append("work") }
          loop.execute { order.withLock { $0.append("work of work") } }
        }
      }
    }
    #expect(order == ["work", "work of work"])
  }

  @Test func workWithoutEndLeavesDescriptorsTheirTurn() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let isOver = Mutex(false)
    @Sendable func goOn() {
      if !isOver.withLock(\.self) { loop.execute { goOn() } }
    }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    defer {
      close(reading)
      close(writing)
    }
    loop.execute { goOn() }
    await withCheckedContinuation { continuation in
      do {
        try loop.watch(reading, for: .read) { _ in
          loop.unwatch(reading)
          isOver.withLock { $0 = true }
          continuation.resume()
        }
      } catch {
        Issue.record(error)
        continuation.resume()
      }
      _ = write(writing, "x", 1)
    }
  }

  private actor Resident {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      loop.isolation.asUnownedSerialExecutor()
    }

    init(_ loop: EventLoop) { self.loop = loop }

    func thread() -> pthread_t { pthread_self() }
  }

  @Test func actorsLiveThereWhoeverCallsThem() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.stop() }
    let resident = Resident(loop)
    let fromOutside = await resident.thread()
    let (within, caller) = await Task(executorPreference: loop) {
      (await resident.thread(), pthread_self())
    }.value
    #expect(fromOutside == within)
    #expect(within == caller)
    let isIsolated = await withCheckedContinuation { continuation in
      loop.execute {
        let thread = resident.assumeIsolated { _ in pthread_self() }
        continuation.resume(returning: thread == within)
      }
    }
    #expect(isIsolated)
  }
}
