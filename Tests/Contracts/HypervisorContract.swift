// SPDX-License-Identifier: Apache-2.0

import Base
public import Hypervisor

/// What every hypervisor must do, the machine's and the simulated one alike.
///
/// - Parameters:
///   - hypervisor: one that answers, without a domain of the guest's.
///   - spec: a guest that can run on it.
/// - Throws: `Broken`, naming the promise that was not kept.
public func requireHypervisorContract(
  _ hypervisor: any Hypervisor, _ spec: DomainSpec
) async throws {
  let id = spec.instance
  var events = hypervisor.events().makeAsyncIterator()
  try await require(await events.next() == .connected, "the first event says that it answers")

  try await hypervisor.destroy(id)
  try await hypervisor.shutdown(id)
  try await hypervisor.undefine(id)
  try await require(try await hypervisor.domain(id) == nil, "there is no domain to begin with")
  try await requireFailure(.notFound, "start of what is not defined") {
    () async throws(RoostError) in
    try await hypervisor.start(id, paused: false)
  }

  try await hypervisor.define(spec)
  var newer = spec
  newer.generation = Generation(
    epoch: spec.generation.epoch, number: spec.generation.number + 1)
  try await hypervisor.define(newer)
  let defined = try await found(id, on: hypervisor)
  try await require(defined.generation == newer.generation, "a definition replaces an older one")
  try await require(
    defined.powerState == .shutdown && !defined.active && defined.persistent,
    "what is defined is off")

  try await hypervisor.start(id, paused: false)
  try await hypervisor.start(id, paused: false)
  try await pass(&events, "started") { $0 == .running }
  let running = try await found(id, on: hypervisor)
  try await require(
    running.powerState == .running && running.active && running.persistent, "it runs")
  try await require(running.role == .owner && running.node == spec.node, "it says whose it is")
  try await require(running.taps == spec.interfaces.map(\.tap), "it names its taps")
  try await require(running.machineType?.isEmpty == false, "its machine type is pinned")
  try await require(running.name == spec.domainName && running.uuid == id.uuid, "it has its name")

  var again = newer
  again.machineType = running.machineType
  again.generation = Generation(
    epoch: spec.generation.epoch, number: spec.generation.number + 2)
  try await hypervisor.define(again)
  let redefined = try await found(id, on: hypervisor)
  try await require(redefined.active, "a new definition leaves a guest running")
  try await require(redefined.machineType == running.machineType, "the machine type stays")

  try await requireFailure(.conflict, "undefinition of what runs") {
    () async throws(RoostError) in
    try await hypervisor.undefine(id)
  }
  try await hypervisor.shutdown(id)
  try await hypervisor.destroy(id)
  try await hypervisor.destroy(id)
  try await pass(&events, "ended") { $0 == .shutdown }
  let ended = try await found(id, on: hypervisor)
  try await require(!ended.active && ended.powerState == .shutdown, "it is off again")

  try await hypervisor.start(id, paused: true)
  let paused = try await found(id, on: hypervisor)
  try await require(paused.active && paused.powerState == .paused, "it starts paused")
  try await hypervisor.destroy(id)
  try await hypervisor.undefine(id)
  try await pass(&events, "undefined") { $0 == .noState }
  try await hypervisor.undefine(id)
  try await require(try await hypervisor.domain(id) == nil, "nothing is left")
  let rest = try await hypervisor.domains()
  try await require(!rest.contains { $0.instance == id }, "nothing is left in the list")

  /// Takes events until one of this guest says what is meant.
  func pass(
    _ events: inout AsyncStream<HypervisorEvent>.AsyncIterator, _ what: String,
    _ isMeant: (PowerState) -> Bool
  ) async throws {
    while let event = await events.next() {
      if case .lifecycle(id, let state, _) = event, isMeant(state) { return }
    }
    throw Broken("an event says that it has \(what)")
  }
}

/// A promise that was not kept.
public struct Broken: Error, CustomStringConvertible {
  public let description: String

  init(_ promise: String) { description = "not kept: \(promise)" }
}

private func found(
  _ id: InstanceID, on hypervisor: any Hypervisor
) async throws -> ObservedDomain {
  guard let one = try await hypervisor.domain(id) else { throw Broken("the domain is there") }
  let all = try await hypervisor.domains()
  try await require(all.contains(one), "a domain is in the list as it is by itself")
  return one
}

func require(_ isSo: Bool, _ promise: String) async throws {
  guard isSo else { throw Broken(promise) }
}

func requireFailure(
  _ kind: RoostError.Kind?, _ what: String, _ body: () async throws(RoostError) -> Void
) async throws {
  do throws(RoostError) {
    try await body()
  } catch {
    guard kind == nil || error.kind == kind else {
      throw Broken("\(what) fails as it should: \(error)")
    }
    return
  }
  throw Broken("\(what) fails")
}
