// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer

/// One key that a list of servers is sorted by.
struct ServerOrder: Sendable {
  private let value: @Sendable (ServerView) -> SortValue
  private let ascending: Bool

  private enum SortValue: Comparable {
    /// Absent values come first, as in SQL.
    case none
    case number(Int64)
    case text(String)

    init(_ text: String?) { self = text.map(SortValue.text) ?? .none }
    init(_ time: Timestamp?) { self = time.map { .number($0.microseconds) } ?? .none }
  }

  /// A request's keys, in their order. Without any, servers stay as the store gives them: newest
  /// first.
  static func all(_ context: RequestContext) throws(RoostError) -> [ServerOrder] {
    let directions = context.queries("sort_dir")
    let isAdmin = try context.caller().isAdmin
    var order: [ServerOrder] = []
    for (place, key) in context.queries("sort_key").enumerated() {
      let direction = place < directions.count ? directions[place] : directions.last ?? "desc"
      guard ["asc", "desc"].contains(direction) else {
        throw RoostError(
          .badRequest, "sort_dir: expected asc or desc, got \"\(direction.prefix(40))\".",
          field: "sort_dir")
      }
      if ["host", "node"].contains(key), !isAdmin {
        throw RoostError(
          .forbidden, "sort_key: only administrators may sort servers by \(key).",
          field: "sort_key")
      }
      // Nova ignored some of its columns before it refused them.
      if ignored.contains(key), !context.serves(75) { continue }
      guard let value = values.first(where: { $0.key == key })?.value else {
        throw RoostError(
          .badRequest,
          "sort_key: expected one of \(values.map(\.key).joined(separator: ", ")), got "
            + "\"\(key.prefix(40))\".", field: "sort_key")
      }
      order.append(ServerOrder(value: value, ascending: direction == "asc"))
    }
    return order
  }

  /// Sorts without changing the order of what the keys leave alike.
  static func sorted(_ views: [ServerView], by order: [ServerOrder]) -> [ServerView] {
    guard !order.isEmpty else { return views }
    return views.enumerated().sorted { left, right in
      for one in order {
        let (a, b) = (one.value(left.element), one.value(right.element))
        if a != b { return (a < b) == one.ascending }
      }
      return left.offset < right.offset
    }.map(\.element)
  }

  private static let values: [(key: String, value: @Sendable (ServerView) -> SortValue)] = [
    ("created_at", { SortValue($0.instance.createdAt) }),
    ("display_name", { SortValue($0.instance.name) }),
    ("display_description", { SortValue($0.instance.description) }),
    ("uuid", { SortValue("\($0.instance.id)") }),
    ("vm_state", { SortValue($0.instance.vmState.rawValue) }),
    ("task_state", { SortValue($0.instance.taskState?.rawValue) }),
    ("power_state", { .number($0.instance.powerState.rawValue) }),
    ("updated_at", { SortValue($0.instance.updatedAt) }),
    ("launched_at", { SortValue($0.instance.launchedAt) }),
    ("terminated_at", { SortValue($0.instance.terminatedAt) }),
    ("host", { SortValue($0.host) }),
    ("node", { SortValue($0.host) }),
    ("hostname", { SortValue($0.instance.hostName) }),
    ("availability_zone", { SortValue($0.zone) }),
    ("image_ref", { SortValue("\($0.instance.image)") }),
    ("instance_type_id", { SortValue($0.instance.flavor.id) }),
    ("key_name", { SortValue($0.instance.keyName) }),
    ("launch_index", { .number($0.instance.launchIndex) }),
    ("progress", { .number($0.instance.progress) }),
    ("project_id", { SortValue($0.instance.project.hex) }),
    ("user_id", { SortValue($0.instance.user.hex) }),
    // The same for every server.
    ("access_ip_v4", { _ in .none }), ("access_ip_v6", { _ in .none }),
    ("auto_disk_config", { _ in .none }), ("config_drive", { _ in .none }),
    ("kernel_id", { _ in .none }), ("locked", { _ in .none }), ("locked_by", { _ in .none }),
    ("ramdisk_id", { _ in .none }), ("root_device_name", { _ in .none }),
  ]

  private static let ignored = [
    "architecture", "cell_name", "cleaned", "default_ephemeral_device", "default_swap_device",
    "deleted", "deleted_at", "disable_terminate", "ephemeral_gb", "ephemeral_key_uuid", "id",
    "key_data", "launched_on", "memory_mb", "os_type", "reservation_id", "root_gb",
    "shutdown_terminate", "user_data", "vcpus", "vm_mode",
  ]
}
