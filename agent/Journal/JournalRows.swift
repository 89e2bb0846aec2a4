// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import NodeProtocol

/// How entries become rows and rows entries.
extension JournalEntry {
  static func load(_ id: InstanceID, _ transaction: Transaction) throws(RoostError)
    -> JournalEntry?
  {
    guard let row = try transaction.row("SELECT * FROM instances WHERE id = ?", .id(id)) else {
      return nil
    }
    return try JournalEntry(row)
  }

  static func loadAll(_ transaction: Transaction) throws(RoostError) -> [JournalEntry] {
    var entries: [JournalEntry] = []
    for row in try transaction.rows("SELECT * FROM instances ORDER BY id") {
      entries.append(try JournalEntry(row))
    }
    return entries
  }

  init(_ row: Row) throws(RoostError) {
    let instance: InstanceID = try row.id("id")
    let target: Desired.Target =
      switch try row.integer("target") {
      case Column.running: .running
      case Column.absent: .absent
      case Column.stopped: .stopped
      case let other:
        throw RoostError(
          .internal, "The node's journal can't be read.",
          operator: "instance \(instance) has target \(other)")
      }
    let spec: InstanceSpec
    do {
      spec = try InstanceSpec(decoding: try row.blob("spec"))
    } catch {
      throw RoostError(
        .internal, "The node's journal can't be read.",
        operator: "the specification of instance \(instance): \(error)")
    }
    self.init(
      instance: instance,
      generation: Generation(
        epoch: UInt64(bitPattern: try row.integer("epoch")),
        number: UInt64(bitPattern: try row.integer("number"))),
      target: target, spec: spec, booted: try row.integer("booted") != 0,
      startedIn: try row.optionalText("started_in"),
      power: UInt32(truncatingIfNeeded: try row.integer("power")),
      failure: try row.optionalText("failure"))
  }

  func save(_ transaction: Transaction) throws(RoostError) {
    try transaction.run(
      """
      INSERT INTO instances (id, epoch, number, target, spec, booted, started_in, power, failure)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, number = excluded.number,
        target = excluded.target, spec = excluded.spec, booted = excluded.booted,
        started_in = excluded.started_in, power = excluded.power, failure = excluded.failure
      """,
      .id(instance), .integer(Int64(bitPattern: generation.epoch)),
      .integer(Int64(bitPattern: generation.number)), .integer(Column.target(target)),
      .blob(spec.encoded), .integer(booted ? 1 : 0), startedIn.map { .text($0) } ?? .null,
      .integer(Int64(power)), failure.map { .text($0) } ?? .null)
  }

  /// The numbers of `Desired.Target` in node.proto.
  private enum Column {
    static let running: Int64 = 1
    static let absent: Int64 = 2
    static let stopped: Int64 = 3

    static func target(_ target: Desired.Target) -> Int64 {
      switch target {
      case .absent: absent
      case .stopped: stopped
      default: running
      }
    }
  }
}
