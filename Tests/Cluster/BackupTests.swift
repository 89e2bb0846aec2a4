// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import JSON
import LocalCloud
import Processes
import Testing

/// A controller that is set back to a backup meets an agent that knows more: guests run on, what was
/// deleted stays deleted, what the records don't know is listed.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(10)))
struct BackupTests {
  let site: Site

  init() throws { site = try .required() }

  @Test func `A restore stops nothing and hides nothing`() async {
    await site.attempt {
      let (cloud, client) = (site.cloud, site.client)
      let deleted = try await server("deleted-later")
      let kept = try await server("kept")
      let backup = "\(cloud.folder)/backup"
      try cloud.tree.run(
        "roost-controller", ["backup", backup, "--config", cloud.controllerFile])
      try await client.deleteServer(deleted)
      let made = try await server("made-later")
      let before = try guests()
      #expect(Set(before.keys) == [kept, made])

      let early = try restore(backup, ["--force"])
      #expect(!early.succeeded, "it must refuse while the controller runs")
      cloud.stopController(by: SIGKILL)
      #expect(!(try restore(backup, [])).succeeded, "it must refuse over a state that exists")
      let restored = try restore(backup, ["--force"])
      let said = String(decoding: restored.output + restored.errors, as: UTF8.self)
      try #require(restored.succeeded, "\(said)")
      try cloud.startController()
      try await client.waitForNode()

      let status = try await client.wait(for: "the deleted server to be missed") {
        () async throws(RoostError) -> String? in
        let status = try await client.status(of: deleted)
        return status == "ACTIVE" ? nil : status
      }
      #expect(status == "ERROR")
      let shown = try await client.get("GET", "/compute/v2.1/servers/\(deleted)")
      let fault = shown["server"]?["fault"]?["message"]?.text ?? ""
      #expect(fault.contains("root disk is missing"), "\(fault)")
      #expect(fault.contains("may have been deleted since"), "\(fault)")
      #expect(try await client.status(of: kept) == "ACTIVE")
      #expect(try await client.status(of: made) == nil)
      // The same processes, and no others.
      #expect(try guests() == before)

      let orphans = try cloud.roostctl(["orphan", "list", "--json"])
      let listed = try JSONValue(parsing: orphans.output)["orphans"]?.elements ?? []
      #expect(listed.map { $0["instance_id"]?.text } == [made])
      let audit = try cloud.roostctl(["audit"])
      let found = String(decoding: audit.output, as: UTF8.self)
      #expect(audit.end == .exited(1), "\(found)")
      #expect(found.contains("domainWithoutRecord") && found.contains(made), "\(found)")
      #expect(!found.contains(kept) && !found.contains(deleted), "\(found)")

      // The operator decides: the orphan goes, the record of the deleted one goes.
      let removal = try cloud.roostctl(["orphan", "remove", made])
      #expect(removal.succeeded)
      _ = try await client.wait(for: "the orphan to go") { () async throws(RoostError) -> Bool? in
        let left = try await client.get("GET", "/operator/v1/orphans")["orphans"]?.elements
        return left?.isEmpty == true ? true : nil
      }
      try await client.deleteServer(deleted)
      try await site.expectCleanAudit("after the orphan's removal")
      #expect(try guests().keys.sorted() == [kept])
      #expect(try guests()[kept] == before[kept])
      let later = try await server("made-after-the-restore")
      try await client.deleteServer(later)
      try await client.deleteServer(kept)
      try await site.expectCleanAudit("after all")
      try site.expectEmptyNode("after all")
    }
  }

  private func server(_ name: String) async throws -> String {
    let id = try await site.client.createServer(name, site.furnishing)
    #expect(try await site.client.waitUntilBuilt(id) == "ACTIVE")
    return id
  }

  private func restore(_ file: String, _ options: [String]) throws -> ChildProcess.Result {
    try site.cloud.tree.attempt(
      "roost-controller", ["restore", file, "--config", site.cloud.controllerFile] + options)
  }

  /// QEMU's process ids by instance, of all guests that run.
  private func guests() throws -> [String: Int32] {
    let hypervisor = site.cloud.hypervisor
    var guests: [String: Int32] = [:]
    for uuid in try hypervisor.virsh(["list", "--uuid"]).split(separator: "\n") {
      let name = try hypervisor.virsh(["domname", String(uuid)]).filter { $0 != "\n" }
      let file = "\(hypervisor.folder)/run/libvirt/qemu/\(name).pid"
      let bytes = try #require(try SystemDisk().read(file, limit: 64), "\(file)")
      guests[String(uuid)] = Int32(
        String(decoding: bytes, as: UTF8.self).filter { $0.isNumber })
    }
    return guests
  }
}
