// SPDX-License-Identifier: Apache-2.0

public import Base
import CLibvirt
import Glibc

extension LibvirtHypervisor {
  public func domains() async throws(RoostError) -> [ObservedDomain] {
    try await survey("list the domains", timeout: .seconds(30)) {
      (connection) throws(RoostError) in
      try connection.use { (raw) throws(RoostError) in
        try listDomains(raw).sorted { $0.name < $1.name }
      }
    }
  }

  public func domain(_ id: InstanceID) async throws(RoostError) -> ObservedDomain? {
    try await work("look at", on: id, timeout: .seconds(30)) {
      (connection) throws(RoostError) in
      try connection.use { (raw) throws(RoostError) in
        guard let domain = virDomainLookupByUUIDString(raw, "\(id)") else {
          if lastErrorIsNoDomain() { return nil }
          throw libvirtError("find the domain \(DomainSpec.domainName(of: id))")
        }
        defer { virDomainFree(domain) }
        // One that bears the UUID and not the mark is somebody else's.
        return try observe(domain).flatMap { $0.instance == id ? $0 : nil }
      }
    }
  }

  public func define(_ domain: DomainSpec) async throws(RoostError) {
    let xml = DomainXML.render(domain, virtualization: virtualization.kind)
    try await work("define", on: domain.instance, timeout: .seconds(30)) {
      (connection) throws(RoostError) in
      try connection.use { (raw) throws(RoostError) in
        guard let defined = virDomainDefineXMLFlags(raw, xml, 0) else {
          throw libvirtError("define the domain \(domain.domainName)")
        }
        virDomainFree(defined)
      }
    }
  }

  public func start(_ id: InstanceID, paused: Bool) async throws(RoostError) {
    try await work("start", on: id, timeout: .seconds(120)) {
      (connection) throws(RoostError) in
      let found = try withDomain(id, connection) { (domain) throws(RoostError) in
        guard virDomainIsActive(domain) != 1 else { return }
        let flags = paused ? VIR_DOMAIN_START_PAUSED.rawValue : 0
        guard virDomainCreateWithFlags(domain, flags) == 0 else {
          throw libvirtError("start the domain \(DomainSpec.domainName(of: id))")
        }
      }
      guard found else {
        throw RoostError(
          .notFound, "The hypervisor has no such domain.",
          operator: "\(DomainSpec.domainName(of: id)) is not defined")
      }
    }
  }

  public func shutdown(_ id: InstanceID) async throws(RoostError) {
    try await work("shut down", on: id, timeout: .seconds(30)) {
      (connection) throws(RoostError) in
      _ = try withDomain(id, connection) { (domain) throws(RoostError) in
        try endActive(domain, "shut down the domain \(DomainSpec.domainName(of: id))") {
          virDomainShutdownFlags($0, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN.rawValue)
        }
      }
    }
  }

  public func destroy(_ id: InstanceID) async throws(RoostError) {
    try await work("destroy", on: id, timeout: .seconds(60)) {
      (connection) throws(RoostError) in
      _ = try withDomain(id, connection) { (domain) throws(RoostError) in
        try endActive(domain, "destroy the domain \(DomainSpec.domainName(of: id))") {
          virDomainDestroyFlags($0, 0)
        }
      }
    }
  }

  public func undefine(_ id: InstanceID) async throws(RoostError) {
    try await work("undefine", on: id, timeout: .seconds(30)) {
      (connection) throws(RoostError) in
      _ = try withDomain(id, connection) { (domain) throws(RoostError) in
        // libvirt would leave a running guest behind that nothing remembers.
        guard virDomainIsActive(domain) != 1 else {
          throw RoostError(
            .conflict, "The domain is running.",
            operator: "\(DomainSpec.domainName(of: id)) must be destroyed before it is undefined")
        }
        let flags =
          VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue
          | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
          | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA.rawValue | VIR_DOMAIN_UNDEFINE_NVRAM.rawValue
        guard virDomainUndefineFlags(domain, flags) == 0 || lastErrorIsNoDomain() else {
          throw libvirtError("undefine the domain \(DomainSpec.domainName(of: id))")
        }
      }
    }
  }
}

/// Finds an instance's domain and lends it; says whether there is one. A foreign domain that bears
/// the instance's UUID is left alone.
private func withDomain(
  _ id: InstanceID, _ connection: LibvirtConnection,
  _ body: (virDomainPtr) throws(RoostError) -> Void
) throws(RoostError) -> Bool {
  try connection.use { (raw) throws(RoostError) in
    guard let domain = virDomainLookupByUUIDString(raw, "\(id)") else {
      if lastErrorIsNoDomain() { return false }
      throw libvirtError("find the domain \(DomainSpec.domainName(of: id))")
    }
    defer { virDomainFree(domain) }
    let name = virDomainGetName(domain).map { String(cString: $0) } ?? ""
    guard name == DomainSpec.domainName(of: id) else {
      throw RoostError(
        .conflict, "A domain that is not Roost's bears the instance's UUID.",
        operator: "domain \(name) has UUID \(id)")
    }
    try body(domain)
    return true
  }
}

/// Ends a domain unless it isn't active, before the call or by the time it fails.
private func endActive(
  _ domain: virDomainPtr, _ operation: String, _ call: (virDomainPtr) -> Int32
) throws(RoostError) {
  guard virDomainIsActive(domain) == 1, call(domain) != 0 else { return }
  let failure = libvirtError(operation)
  if virDomainIsActive(domain) == 1 || failure.kind == .unavailable { throw failure }
}

private func lastErrorIsNoDomain() -> Bool {
  virGetLastErrorCode() == Int32(VIR_ERR_NO_DOMAIN.rawValue)
}

private func listDomains(_ raw: virConnectPtr) throws(RoostError) -> [ObservedDomain] {
  var list: UnsafeMutablePointer<virDomainPtr?>?
  let count = virConnectListAllDomains(raw, &list, 0)
  guard count >= 0, let list else { throw libvirtError("list the domains") }
  defer { free(list) }
  let domains = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0 }
  defer { for domain in domains { virDomainFree(domain) } }
  var observed: [ObservedDomain] = []
  for domain in domains {
    if let seen = try observe(domain) { observed.append(seen) }
  }
  return observed
}

/// Nil for a domain that has gone since it was listed.
private func observe(_ domain: virDomainPtr) throws(RoostError) -> ObservedDomain? {
  var state: Int32 = 0
  let xml = virDomainGetXMLDesc(domain, 0)
  guard let xml, virDomainGetState(domain, &state, nil, 0) == 0 else {
    let gone = lastErrorIsNoDomain()
    let failure = libvirtError("look at a domain")
    free(xml)
    if gone { return nil }
    throw failure
  }
  defer { free(xml) }
  let power = PowerState(libvirt: state)
  return try ObservedDomain(
    xml: String(cString: xml), powerState: power,
    active: power != .shutdown && power != .noState,
    persistent: virDomainIsPersistent(domain) == 1)
}
