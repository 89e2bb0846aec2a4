// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Scratch
import Testing

@testable import AgentDaemon

@Suite struct StateFolderTests {
  let folder: TemporaryFolder
  let path: String
  let disk = SystemDisk()

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("state")
  }

  @Test func twoAgentsCannotShareAFolder() throws {
    var first: StateFolder? = try StateFolder(path, disk: disk)
    #expect(first?.journal == path + "/journal.db")
    #expect {
      try StateFolder(self.path, disk: self.disk)
    } throws: {
      ($0 as? RoostError)?.user == "Another agent is using the state folder \(self.path)."
    }
    first = nil
    _ = try StateFolder(path, disk: disk)
  }

  @Test func probesDirectIOAndLeavesNothing() throws {
    let folder = try StateFolder(path, disk: disk)
    _ = try folder.takesDirectIO(disk)
    #expect(try disk.list(path) == ["lock"])
  }

  @Test func theFirstCertificateNamesTheNodeForGood() throws {
    try disk.makeFolder(path, mode: 0o700)
    try CertificateAuthority.create(
      in: path, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
    let authority = try CertificateAuthority(
      folder: path, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
    let (one, two) = (
      NodeID.random(from: SystemRandomness()), NodeID.random(from: SystemRandomness())
    )
    for (name, node) in [("node.crt", one), ("other.crt", two)] {
      let issued = try authority.issue(.node(node))
      try disk.replace("\(path)/\(name)", with: issued.certificate, mode: 0o644)
    }
    func establish(_ name: String) throws -> NodeID {
      let configuration = try AgentConfiguration(
        text: "state_folder: \(path)\ncontroller: {certificate: \(path)/\(name)}",
        file: "agent.yaml")
      let files = CertificateFiles(configuration, disk: disk, clock: SystemClock())
      return try NodeIdentity.establish(folder: path, certificates: files, disk: disk)
    }
    #expect(try establish("node.crt") == one)
    #expect(try establish("node.crt") == one)
    #expect { try establish("other.crt") } throws: {
      let text = ($0 as? RoostError)?.user ?? ""
      return text.contains("\(two)") && text.contains("\(one)")
    }
    #expect { try establish("none.crt") } throws: { ($0 as? RoostError)?.kind == .notFound }
  }
}
