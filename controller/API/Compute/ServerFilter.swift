// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer

/// One condition on the servers of a list.
struct ServerFilter: Sendable {
  private let test: @Sendable (ServerView) -> Bool

  func fits(_ view: ServerView) -> Bool { test(view) }

  /// The parameters that are conditions.
  static let names =
    [
      "name", "display_name", "description", "display_description", "hostname", "ip", "ip6",
      "changes-since", "changes-before", "tags", "tags-any", "not-tags", "not-tags-any", "locked",
    ] + texts.map(\.name)

  /// Nil for a parameter that is no condition, or that Nova doesn't know.
  init?(_ name: String, _ value: String, _ context: RequestContext) throws(RoostError) {
    switch name {
    case "name", "display_name": test = Self.pattern(value) { [$0.instance.name] }
    case "description", "display_description":
      test = Self.pattern(value) { [$0.instance.description ?? ""] }
    case "hostname": test = Self.pattern(value) { [$0.instance.hostName] }
    case "ip": test = Self.pattern(value) { $0.addresses(of: .v4) }
    case "ip6": test = Self.pattern(value) { $0.addresses(of: .v6) }
    case "changes-since":
      guard let time = try context.queryTime(name) else { return nil }
      test = { $0.instance.updatedAt >= time }
    case "changes-before":
      guard let time = try context.queryTime(name) else { return nil }
      test = { $0.instance.updatedAt <= time }
    // No server has tags, and none is locked.
    case "tags", "tags-any": test = { _ in value.isEmpty }
    case "not-tags", "not-tags-any": return nil
    case "locked":
      let wanted = try context.queryFlag(name) ?? false
      test = { _ in !wanted }
    default:
      guard let (_, text) = Self.texts.first(where: { $0.name == name }) else { return nil }
      test = { text($0) == value }
    }
  }

  /// A server in one of the given states; a state that doesn't exist fits none.
  init(statuses: [String], _ context: RequestContext) throws(RoostError) {
    let wanted = statuses.compactMap { ServerStatus(rawValue: $0.uppercased()) }
    guard !wanted.isEmpty || !context.serves(38) || Self.knownElsewhere(statuses) else {
      throw RoostError(
        .badRequest,
        "status: expected one of \(ServerStatus.allCases.map(\.rawValue).joined(separator: ", ")), "
          + "got \"\(statuses.joined(separator: ", ").prefix(80))\".", field: "status")
    }
    test = { wanted.contains($0.instance.status) }
  }

  /// Nova's other states: asking for them is no mistake.
  private static func knownElsewhere(_ statuses: [String]) -> Bool {
    let others = [
      "HARD_REBOOT", "MIGRATING", "PASSWORD", "REBOOT", "REBUILD", "RESCUE", "RESIZE",
      "REVERT_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "SOFT_DELETED", "VERIFY_RESIZE",
    ]
    return statuses.contains { others.contains($0.uppercased()) }
  }

  private static func pattern(
    _ text: String, _ values: @escaping @Sendable (ServerView) -> [String]
  ) -> @Sendable (ServerView) -> Bool {
    let pattern = TextPattern(text)
    return { view in values(view).contains { pattern.matches($0) } }
  }

  /// What is compared as text, whole.
  private static let texts: [(name: String, text: @Sendable (ServerView) -> String?)] = [
    ("uuid", { "\($0.instance.id)" }),
    ("user_id", { $0.instance.user.hex }),
    ("project_id", { $0.instance.project.hex }),
    ("tenant_id", { $0.instance.project.hex }),
    ("image", { "\($0.instance.image)" }),
    ("image_ref", { "\($0.instance.image)" }),
    ("flavor", { $0.instance.flavor.id }),
    ("host", { $0.host }),
    ("node", { $0.host }),
    ("key_name", { $0.instance.keyName }),
    ("availability_zone", { $0.zone }),
    ("vm_state", { $0.instance.vmState.rawValue }),
    ("task_state", { $0.instance.taskState?.rawValue }),
    ("power_state", { "\($0.instance.powerState.rawValue)" }),
    ("reservation_id", { $0.instance.reservationID }),
    ("launch_index", { "\($0.instance.launchIndex)" }),
    ("config_drive", { $0.instance.hasConfigDrive ? "True" : "" }),
    ("progress", { "\($0.instance.progress)" }),
    ("root_device_name", { _ in "/dev/vda" }),
    ("created_at", { $0.instance.createdAt.iso8601 }),
    ("launched_at", { $0.instance.launchedAt?.iso8601 }),
    ("terminated_at", { $0.instance.terminatedAt?.iso8601 }),
    ("kernel_id", { _ in "" }),
    ("ramdisk_id", { _ in "" }),
    ("locked_by", { _ in "" }),
    ("access_ip_v4", { _ in "" }),
    ("access_ip_v6", { _ in "" }),
    ("auto_disk_config", { _ in "False" }),
  ]
}

extension ServerView {
  fileprivate func addresses(of family: IPAddress.Family) -> [String] {
    addresses.filter { $0.address.family == family }.map { "\($0.address)" }
  }
}
