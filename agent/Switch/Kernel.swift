// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import CNetlink
import Glibc

/// The kernel's interfaces through rtnetlink, within one network namespace.
///
/// Confined to the switch's lane: a netlink socket and the thread's namespace belong together.
final class Kernel: @unchecked Sendable {
  // Used on one thread only, as said above.
  private let socket: OpaquePointer

  /// Enters the namespace, for good, with the calling thread and opens a socket there.
  init(namespace: String?) throws(RoostError) {
    if let namespace { try Self.enter(namespace) }
    guard let socket = nl_socket_alloc() else {
      throw .system("allocate a netlink socket", errno: ENOMEM)
    }
    self.socket = socket
    try check(nl_connect(socket, NETLINK_ROUTE), "connect to rtnetlink")
  }

  deinit { nl_socket_free(socket) }

  /// As `ip netns exec NAME` does for a process.
  private static func enter(_ namespace: String) throws(RoostError) {
    let path = "/run/netns/\(namespace)"
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else {
      let code = errno
      throw RoostError(
        .unavailable, "The network namespace \(namespace) can't be opened.",
        operator: "open \(path): \(systemErrorText(code))")
    }
    defer { close(fd) }
    let result = roost_enter_network_namespace(fd)
    guard result == 0 else { throw .system("enter network namespace \(path)", errno: -result) }
  }

  /// `ip -d link show`
  func links() throws(RoostError) -> [Link] {
    var cache: OpaquePointer?
    try check(rtnl_link_alloc_cache(socket, AF_UNSPEC, &cache), "list interfaces")
    defer { nl_cache_free(cache) }
    var links: [Link] = []
    var object = nl_cache_get_first(cache)
    while let current = object {
      links.append(Link(current))
      object = nl_cache_get_next(current)
    }
    return links
  }

  /// `ip -d link show NAME`; nil if there is none.
  func link(_ name: String) throws(RoostError) -> Link? {
    guard let raw = try rawLink(name) else { return nil }
    defer { rtnl_link_put(raw) }
    return Link(raw)
  }

  /// `ip link add NAME type bridge`
  func addBridge(_ name: String) throws(RoostError) {
    let link = try newLink()
    defer { rtnl_link_put(link) }
    rtnl_link_set_name(link, name)
    try check(rtnl_link_set_type(link, "bridge"), "describe bridge \(name)")
    try check(rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL), "create bridge \(name)")
  }

  /// `ip tuntap add NAME mode tap`
  func addTap(_ name: String) throws(RoostError) {
    let result = roost_tap_create(name)
    guard result == 0 else { throw .system("create tap \(name)", errno: -result) }
  }

  /// `ip link delete NAME`; none there is fine.
  func delete(_ name: String) throws(RoostError) {
    guard let link = try rawLink(name) else { return }
    defer { rtnl_link_put(link) }
    let result = rtnl_link_delete(socket, link)
    if result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND { return }
    try check(result, "delete interface \(name)")
  }

  /// `ip link set NAME …` for what `changes` sets.
  func change(
    _ name: String, _ operation: String, _ changes: (OpaquePointer) -> Void
  ) throws(RoostError) {
    guard let link = try rawLink(name) else {
      throw .system("\(operation) of \(name)", errno: ENODEV)
    }
    defer { rtnl_link_put(link) }
    let wanted = try newLink()
    defer { rtnl_link_put(wanted) }
    changes(wanted)
    try check(rtnl_link_change(socket, link, wanted, 0), "\(operation) of \(name)")
  }

  private func rawLink(_ name: String) throws(RoostError) -> OpaquePointer? {
    var link: OpaquePointer?
    let result = rtnl_link_get_kernel(socket, 0, name, &link)
    if result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND { return nil }
    try check(result, "look up interface \(name)")
    return link
  }

  private func newLink() throws(RoostError) -> OpaquePointer {
    guard let link = rtnl_link_alloc() else {
      throw .system("allocate a link", errno: ENOMEM)
    }
    return link
  }

  private func check(_ result: Int32, _ operation: String) throws(RoostError) {
    guard result < 0 else { return }
    throw RoostError(
      .internal, "The node's network could not be set up; the operator's log has the details.",
      operator: "\(operation): \(String(cString: nl_geterror(result)))")
  }
}

/// What the switch looks at in an interface.
struct Link {
  let name: String
  let index: Int32
  let alias: String
  let type: String
  let master: Int32
  let mtu: UInt32
  let up: Bool

  init(_ raw: OpaquePointer) {
    name = text(rtnl_link_get_name(raw))
    index = rtnl_link_get_ifindex(raw)
    alias = text(rtnl_link_get_ifalias(raw))
    type = text(rtnl_link_get_type(raw))
    master = rtnl_link_get_master(raw)
    mtu = rtnl_link_get_mtu(raw)
    up = rtnl_link_get_flags(raw) & UInt32(IFF_UP) != 0
  }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
  pointer.map { String(cString: $0) } ?? ""
}
