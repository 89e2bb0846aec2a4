// SPDX-License-Identifier: Apache-2.0

import Base
public import Journal
import NodeProtocol

/// What every journal must do, the one in a file and the one in memory alike.
///
/// - Parameter journal: an empty one.
/// - Throws: `Broken`, naming the promise that was not kept.
public func requireJournalContract(_ journal: any JournalKeeping) async throws {
  let ids = (0..<3).map { _ in InstanceID.random(from: SystemRandomness()) }.sorted()
  func desired(_ place: Int, _ target: Desired.Target, _ number: UInt64) -> Desired {
    var desired = Desired()
    desired.instanceID = ids[place]
    desired.generation = Generation(epoch: 1, number: number)
    desired.target = target
    if target != .absent { desired.spec = InstanceSpec() }
    return desired
  }
  let empty = try await journal.entries()
  try await require(empty.isEmpty, "it is empty to begin with")
  let taken = try await journal.apply([
    desired(2, .running, 5), desired(0, .running, 6), desired(1, .stopped, 7),
  ])
  try await require(taken.isEmpty, "what can be taken is taken")
  let entries = try await journal.entries()
  try await require(entries.map(\.instance) == ids, "entries are in the order of their ids")

  var malformed = desired(1, .running, 9)
  malformed.spec = nil
  let refused = try await journal.apply([
    desired(2, .stopped, 4), malformed, desired(0, .stopped, 8),
  ])
  try await require(
    refused.map(\.instanceID) == [ids[2], ids[1]]
      && refused.first?.held == Generation(epoch: 1, number: 5),
    "what is older or malformed is refused with what is held")
  let changed = try await journal.entry(ids[0])
  try await require(changed?.target == .stopped, "the rest of the list is taken")

  try await journal.update(ids[0], at: Generation(epoch: 1, number: 6)) { $0.booted = true }
  let stale = try await journal.entry(ids[0])
  try await require(stale?.booted == false, "progress on an older generation changes nothing")
  try await journal.update(ids[0], at: Generation(epoch: 1, number: 8)) { $0.booted = true }
  let booted = try await journal.entry(ids[0])
  try await require(booted?.booted == true, "progress is kept")
  _ = try await journal.apply([desired(0, .stopped, 8)])
  let same = try await journal.entry(ids[0])
  try await require(same == booted, "the same again changes nothing")

  let forgotWanted = try await journal.forget(ids[0], at: Generation(epoch: 1, number: 8))
  try await require(!forgotWanted, "what is not revoked is not forgotten")
  _ = try await journal.apply([desired(0, .absent, 10)])
  let forgotEarly = try await journal.forget(ids[0], at: Generation(epoch: 1, number: 8))
  try await require(!forgotEarly, "a revocation is forgotten at its generation only")
  let back = try await journal.apply([desired(0, .running, 11)])
  try await require(back.count == 1, "what is revoked is not made anew")
  let forgot = try await journal.forget(ids[0], at: Generation(epoch: 1, number: 10))
  let gone = try await journal.entry(ids[0])
  try await require(forgot && gone == nil, "a revocation is forgotten")
}
