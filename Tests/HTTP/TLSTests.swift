// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPClient
import HTTPServer
import Lanes
import Scratch
import Testing

@Suite struct TLSTests {
  private func withCertificate(_ body: (HTTPServerConfiguration.TLSFiles) async throws -> Void)
    async throws
  {
    let folder = try TemporaryFolder()
    let files = HTTPServerConfiguration.TLSFiles(
      certificatePath: folder.file("cert.pem"), keyPath: folder.file("key.pem"))
    _ = try await shell(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", files.keyPath, "-out", files.certificatePath, "-days", "2",
        "-subj", "/CN=roost test", "-addext", "subjectAltName=IP:127.0.0.1",
      ])
    try await body(files)
  }

  @Test func servesTLSAndRefusesAKeyThatIsNone() async throws {
    try await withCertificate { files in
      try await withServer(.echo, adjust: { $0.tls = files }) { server in
        let answer = try await curl(
          server, scheme: "https", "--cacert", files.certificatePath, "-d", "secret", "{}/")
        #expect(answer == "secret")
        let distrusted = try await curl(server, scheme: "https", "{}/")
        #expect(distrusted.contains("certificate"))
        let url = "https://\(server.address)/"
        let trusting = HTTPClient(lane: Lane(name: "tls"), caFile: files.certificatePath)
        #expect(try await trusting.request("POST", url, body: [1, 2]).bytes == [1, 2])
        let error = try await #require(throws: RoostError.self) {
          try await HTTPClient(lane: Lane(name: "tls")).request("GET", url)
        }
        #expect(error.kind == .unavailable && error.user.contains("certificate"))
        #expect(
          try await curl(
            server, scheme: "https", "--cacert", files.certificatePath, "--tls-max", "1.1", "{}/"
          ).hasPrefix("curl: "))
      }
      let swapped = HTTPServerConfiguration.TLSFiles(
        certificatePath: files.keyPath, keyPath: files.keyPath)
      let error = try #require(throws: RoostError.self) {
        try startServer(
          HTTPServerConfiguration(address: "127.0.0.1:0", tls: swapped), TestHandler.echo)
      }
      #expect(error.user.contains("cannot start"))
    }
  }

  @Test func aMissingFileIsNamed() throws {
    let missing = HTTPServerConfiguration.TLSFiles(
      certificatePath: "/nowhere/cert.pem", keyPath: "/nowhere/key.pem")
    let error = try #require(throws: RoostError.self) {
      try startServer(
        HTTPServerConfiguration(address: "127.0.0.1:0", tls: missing), TestHandler.echo)
    }
    #expect(error.user.contains("/nowhere/cert.pem"))
  }
}
