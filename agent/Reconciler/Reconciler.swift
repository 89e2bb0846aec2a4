// SPDX-License-Identifier: Apache-2.0

public import Base
import Hypervisor
import Journal
import Log
public import NodeProtocol

/// Keeps every instance of the journal what it should be, each in a task of its own.
///
/// It acts on single entries only: an empty list, a controller that is away or one that forgot an
/// instance removes nothing. A domain that is in no entry is never touched.
public actor Reconciler {
  private let parts: NodeParts
  private let observer: Observer
  private var workers: [InstanceID: WorkerHandle] = [:]
  private let hires: AsyncStream<InstanceID>
  private let hire: AsyncStream<InstanceID>.Continuation

  /// What the controller is to be told.
  public nonisolated let board = ReportBoard()

  /// A reconciler that does nothing until `run`.
  public init(_ parts: NodeParts) {
    self.parts = parts
    observer = Observer(parts)
    (hires, hire) = AsyncStream.makeStream(of: InstanceID.self)
  }

  /// Works until the task is cancelled. Guests are left as they are.
  ///
  /// - Throws: when the journal can't be read at the start.
  public func run() async throws(RoostError) {
    let known = try await parts.journal.entries()
    let starts = StartQueue(known, bootID: parts.bootID, limit: parts.startLimit)
    await withDiscardingTaskGroup { group in
      group.addTask { await self.listen() }
      for entry in known { wake(entry.instance, entry.generation) }
      for await instance in hires {
        guard let handle = workers[instance] else { continue }
        let worker = Worker(
          instance: instance, parts: parts, observer: observer, board: board, starts: starts,
          handle: handle)
        group.addTask {
          await worker.run()
          await self.dismiss(instance, handle)
        }
      }
      group.cancelAll()
    }
  }

  /// Records what should be and sets to work on it. On return it survives power loss.
  ///
  /// - Returns: what was refused; everything else is recorded.
  public func apply(_ desired: [Desired]) async throws(RoostError) -> [Refusal] {
    parts.crashPoints.reach(.journalBefore)
    let refused = try await parts.journal.apply(desired)
    parts.crashPoints.reach(.journalAfter)
    for refusal in refused {
      parts.log.warning("refused: \(refusal.reason)", [.instance: refusal.instanceID])
    }
    let refusedIDs = Set(refused.map(\.instanceID))
    for item in desired where !refusedIDs.contains(item.instanceID) {
      wake(item.instanceID, item.generation)
    }
    return refused
  }

  /// The controller has recorded these observations. What it knows to be gone is forgotten.
  public func acknowledge(_ told: [ReportBoard.Pending]) async throws(RoostError) {
    board.acknowledge(told)
    for pending in told where pending.observation.phase == .gone {
      let observation = pending.observation
      parts.crashPoints.reach(.forgetBefore)
      let forgotten = try await parts.journal.forget(
        observation.instanceID, at: observation.generation)
      parts.crashPoints.reach(.forgetAfter)
      // What a worker posted while its instance was being forgotten would be told for ever.
      let absent = forgotten ? true : try await parts.journal.entry(observation.instanceID) == nil
      if absent {
        board.remove(observation.instanceID)
        workers[observation.instanceID]?.signal.ring()
      }
    }
  }

  /// The entries of the journal, as a registration names them.
  public func held() async throws(RoostError) -> [Held] {
    try await parts.journal.entries().map { entry in
      var held = Held()
      held.instanceID = entry.instance
      held.generation = entry.generation
      held.target = entry.target
      return held
    }
  }

  private func wake(_ instance: InstanceID, _ generation: Generation) {
    if let handle = workers[instance] {
      handle.supersede(with: generation)
      return
    }
    let handle = WorkerHandle()
    handle.supersede(with: generation)
    workers[instance] = handle
    hire.yield(instance)
  }

  /// A worker ended because its instance was forgotten; it may have been told anew meanwhile.
  private func dismiss(_ instance: InstanceID, _ handle: WorkerHandle) async {
    guard workers[instance] === handle else { return }
    workers[instance] = nil
    guard !Task.isCancelled else { return }
    if let entry = try? await parts.journal.entry(instance) { wake(instance, entry.generation) }
  }

  private func listen() async {
    for await event in parts.hypervisor.events() {
      switch event {
      case .lifecycle(let instance, let state, let detail):
        parts.log.debug("guest is now \(state): \(detail)", [.instance: instance])
        workers[instance]?.signal.ring()
      case .connected:
        parts.log.debug("looking at every guest: the hypervisor answers")
        for instance in workers.keys.sorted() { workers[instance]?.signal.ring() }
      case .disconnected(let reason):
        parts.log.debug("the hypervisor does not answer: \(reason)")
      }
    }
  }
}
