// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database
import JSON

extension Transaction {
  /// A server by id, deleted ones included.
  public func instance(_ id: InstanceID) throws(RoostError) -> Instance? {
    guard let row = try row("SELECT * FROM instances WHERE id = ?", .id(id)) else { return nil }
    return try Instance(row: row)
  }

  /// Servers, newest first. With a project only its own; deleted ones only when asked for.
  public func instances(of project: ProjectID?, deleted: Bool = false) throws(RoostError)
    -> [Instance]
  {
    let state = deleted ? "vm_state = 'deleted'" : "vm_state <> 'deleted'"
    let order = "ORDER BY created_at DESC, number DESC"
    guard let project else {
      return try decoded(
        rows("SELECT * FROM instances WHERE \(state) \(order)"), Instance.init(row:))
    }
    return try decoded(
      rows("SELECT * FROM instances WHERE project_id = ? AND \(state) \(order)", .id(project)),
      Instance.init(row:))
  }

  /// Servers on a node, oldest first.
  public func instances(on node: NodeID) throws(RoostError) -> [Instance] {
    try decoded(
      rows("SELECT * FROM instances WHERE node_id = ? ORDER BY number", .id(node)),
      Instance.init(row:))
  }

  /// How many servers each node has, or one, and how many of them run; nodes without are left out.
  public func guestCounts(on node: NodeID? = nil) throws(RoostError)
    -> [(node: NodeID, all: Int64, running: Int64)]
  {
    let only = node == nil ? "IS NOT NULL" : "= ?"
    return try decoded(
      rows(
        """
        SELECT node_id, count(*) AS guests, sum(power_state = \(PowerState.running.rawValue))
          AS running FROM instances WHERE node_id \(only) AND vm_state <> 'deleted'
        GROUP BY node_id
        """, values: node.map { [.id($0)] } ?? [])
    ) { (row) throws(RoostError) in
      (try row.id("node_id"), try row.integer("guests"), try row.integer("running"))
    }
  }

  /// Why a server was placed as it was, as the claim explained it; nil if nothing was written.
  public func placement(of instance: InstanceID) throws(RoostError) -> String? {
    try row("SELECT placement FROM instances WHERE id = ?", .id(instance))?
      .optionalText("placement")
  }

  /// Adds a server.
  public func insert(_ instance: Instance, placement: String?) throws(RoostError) {
    try run(
      """
      INSERT INTO instances (id, project_id, user_id, name, description, host_name, flavor,
        image_id, image_properties, key_name, metadata, user_data, has_config_drive,
        requested_zone, node_id, vm_state, task_state, power_state, progress, fault_code,
        fault_message, fault_details, fault_at, placement, reservation_id, launch_index,
        domain_name, machine_type, created_at, updated_at, launched_at, terminated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        ?, ?, ?, ?)
      """, .id(instance.id), .id(instance.project), .id(instance.user), .text(instance.name),
      SQLValue(instance.description), .text(instance.hostName),
      .text(String(decoding: instance.flavor.copyJSON.encoded, as: UTF8.self)),
      .id(instance.image), packed(instance.imageProperties), SQLValue(instance.keyName),
      packed(instance.metadata), SQLValue(instance.userData), .bool(instance.hasConfigDrive),
      SQLValue(instance.requestedZone), .id(instance.node), .text(instance.vmState.rawValue),
      SQLValue(instance.taskState?.rawValue), .integer(instance.powerState.rawValue),
      .integer(instance.progress), SQLValue(instance.fault?.code),
      SQLValue(instance.fault?.message),
      SQLValue(instance.fault?.details), .time(instance.fault?.createdAt), SQLValue(placement),
      .text(instance.reservationID), .integer(instance.launchIndex), .text(instance.domainName),
      SQLValue(instance.machineType), .time(instance.createdAt), .time(instance.updatedAt),
      .time(instance.launchedAt), .time(instance.terminatedAt))
  }

  /// Writes what may change of a server, and raises its row's generation.
  public func update(_ instance: Instance) throws(RoostError) {
    try run(
      """
      UPDATE instances SET name = ?, description = ?, host_name = ?, metadata = ?, node_id = ?,
        vm_state = ?, task_state = ?, power_state = ?, progress = ?, fault_code = ?,
        fault_message = ?, fault_details = ?, fault_at = ?, domain_name = ?, machine_type = ?,
        updated_at = ?, launched_at = ?, terminated_at = ?, generation = generation + 1
      WHERE id = ?
      """, .text(instance.name), SQLValue(instance.description), .text(instance.hostName),
      packed(instance.metadata), .id(instance.node), .text(instance.vmState.rawValue),
      SQLValue(instance.taskState?.rawValue), .integer(instance.powerState.rawValue),
      .integer(instance.progress), SQLValue(instance.fault?.code),
      SQLValue(instance.fault?.message),
      SQLValue(instance.fault?.details), .time(instance.fault?.createdAt),
      .text(instance.domainName), SQLValue(instance.machineType), .time(instance.updatedAt),
      .time(instance.launchedAt), .time(instance.terminatedAt), .id(instance.id))
  }
}

extension Instance {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), project: try row.id("project_id"), user: try row.id("user_id"),
      name: try row.text("name"), description: try row.optionalText("description"),
      hostName: try row.text("host_name"), flavor: try row.unpacked("flavor", Flavor.init(copy:)),
      image: try row.id("image_id"), imageProperties: try row.properties("image_properties"),
      keyName: try row.optionalText("key_name"), metadata: try row.properties("metadata"),
      userData: try row.optionalText("user_data"),
      hasConfigDrive: try row.bool("has_config_drive"),
      requestedZone: try row.optionalText("requested_zone"),
      reservationID: try row.text("reservation_id"),
      launchIndex: try row.integer("launch_index"), createdAt: try row.time("created_at"))
    node = try row.optionalID("node_id")
    vmState = try row.word("vm_state")
    taskState = try row.optionalText("task_state").flatMap(TaskState.init(rawValue:))
    powerState = PowerState(rawValue: try row.integer("power_state")) ?? .noState
    progress = try row.integer("progress")
    if let code = try row.optionalInteger("fault_code") {
      fault = Fault(
        code: code, message: try row.text("fault_message"),
        details: try row.text("fault_details"), createdAt: try row.time("fault_at"))
    }
    domainName = try row.text("domain_name")
    machineType = try row.optionalText("machine_type")
    updatedAt = try row.time("updated_at")
    launchedAt = try row.optionalTime("launched_at")
    terminatedAt = try row.optionalTime("terminated_at")
  }
}
