// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// What was asked about a server, newest first, with the steps it took.
  public func actions(of instance: InstanceID) throws(RoostError) -> [InstanceAction] {
    let found = try rows(
      "SELECT * FROM instance_actions WHERE instance_id = ? ORDER BY number DESC", .id(instance))
    var actions: [InstanceAction] = []
    for row in found {
      let events = try rows(
        "SELECT * FROM instance_action_events WHERE action_number = ? ORDER BY number",
        .integer(try row.integer("number")))
      actions.append(
        InstanceAction(
          instance: instance, requestID: try row.text("request_id"),
          action: try row.text("action"), user: try row.id("user_id"),
          project: try row.id("project_id"), message: try row.optionalText("message"),
          startedAt: try row.time("started_at"), updatedAt: try row.time("updated_at"),
          events: try decoded(events, ActionEvent.init(row:))))
    }
    return actions
  }

  /// Records a request about a server.
  public func insertAction(
    _ action: String, instance: InstanceID, by caller: Caller, at time: Timestamp
  ) throws(RoostError) {
    try run(
      """
      INSERT INTO instance_actions (instance_id, request_id, action, user_id, project_id,
        started_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (instance_id, request_id) DO NOTHING
      """, .id(instance), .text(caller.requestID), .text(action), .id(caller.user),
      .id(caller.project), .time(time), .time(time))
  }

  /// Records that the node has begun a step of the server's newest action; what ran before it has
  /// ended well. The same step again is nothing new.
  public func beginStep(_ step: String, instance: InstanceID, host: String?, at time: Timestamp)
    throws(RoostError)
  {
    guard let action = try newestAction(of: instance) else { return }
    let last = try row(
      "SELECT * FROM instance_action_events WHERE action_number = ? ORDER BY number DESC LIMIT 1",
      .integer(action))
    if let last, try last.text("name") == step { return }
    try endSteps(instance: instance, failure: nil, at: time)
    try run(
      """
      INSERT INTO instance_action_events (action_number, name, started_at, host)
      VALUES (?, ?, ?, ?)
      """, .integer(action), .text(step), .time(time), SQLValue(host))
  }

  /// Records that the running step of the server's newest action has ended, well or with a failure.
  public func endSteps(instance: InstanceID, failure: String?, at time: Timestamp)
    throws(RoostError)
  {
    guard let action = try newestAction(of: instance) else { return }
    try run(
      """
      UPDATE instance_action_events SET finished_at = ?, result = ?, details = ?
      WHERE action_number = ? AND finished_at IS NULL
      """, .time(time), .text(failure == nil ? "Success" : "Error"), SQLValue(failure),
      .integer(action))
    try run(
      "UPDATE instance_actions SET updated_at = ?, message = coalesce(?, message) WHERE number = ?",
      .time(time), SQLValue(failure == nil ? nil : "Error"), .integer(action))
  }

  private func newestAction(of instance: InstanceID) throws(RoostError) -> Int64? {
    try row(
      "SELECT max(number) AS number FROM instance_actions WHERE instance_id = ?", .id(instance))?
      .optionalInteger("number")
  }
}

extension ActionEvent {
  init(row: Row) throws(RoostError) {
    self.init(
      name: try row.text("name"), startedAt: try row.time("started_at"),
      finishedAt: try row.optionalTime("finished_at"), result: try row.optionalText("result"),
      details: try row.optionalText("details"), host: try row.optionalText("host"))
  }
}
