// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import Lanes
import Scratch
import Store
import TestSupport
import Testing

@testable import ControllerDaemon

@Suite(.timeLimit(.minutes(10)))
struct InitialisationTests {
  private let folder: TemporaryFolder
  private let disk = SystemDisk()
  private var state: String { folder.file("state") }

  init() throws { folder = try TemporaryFolder() }

  private func initialise(
    api: String = "{}", _ change: (inout InitialiseArguments) -> Void = { _ in }
  ) async throws -> String {
    var arguments = InitialiseArguments(configuration: "controller.yaml")
    change(&arguments)
    return try await Initialisation(
      arguments: arguments,
      configuration: ControllerConfiguration(
        text: "state_folder: \(state)\nregion: lab\napi: \(api)", file: "controller.yaml"),
      disk: disk, clock: TestClock(), randomness: SeededRandomness()
    ).run()
  }

  /// Whether the admin may log in.
  private func opens(_ password: String) async throws -> Bool {
    let state = try StateFolder(self.state, create: false, disk: disk)
    let store = try Store.open(state.database)
    defer { store.close() }
    let identity = IdentityService(
      store: store, clock: TestClock(), randomness: SeededRandomness(),
      passwords: try PasswordHash(lanes: [InlineLane()]), seal: try state.box(for: "token"))
    let request = TokenRequest(
      proof: .password(.name("admin"), Secret(password)), scope: .projectName("admin"))
    return (try? await identity.issueToken(request).details.roles.map(\.name))
      == ["admin", "member", "reader"]
  }

  private func refusal(of body: () async throws -> String) async -> RoostError? {
    do {
      _ = try await body()
      return nil
    } catch {
      return error as? RoostError
    }
  }

  @Test func aPasswordIsMadeAndShownOnce() async throws {
    let text = try await initialise()
    let password = try #require(text.split(separator: "\n").last?.split(separator: " ").last)
    #expect(password.utf8.count == 24)
    #expect(try await opens(String(password)))
    #expect(try await !opens("another"))
    #expect(try disk.list(state).contains("secret.key"))
    #expect(try disk.list(state + "/images") == [])

    let again = await refusal { try await initialise() }
    #expect(again?.kind == .conflict)
    #expect(again?.user.contains("nothing was changed") == true)
    #expect(try await opens(String(password)))
  }

  @Test func aGivenPasswordIsTakenAndNotShown() async throws {
    try disk.replace(folder.file("password"), with: Array("geheim \r\nrest".utf8), mode: 0o600)
    let text = try await initialise { $0.passwordFile = folder.file("password") }
    #expect(!text.contains("geheim"))
    #expect(try await opens("geheim "))
  }

  @Test func aCloudsFileGetsThePasswordForItsOwnerAlone() async throws {
    let file = folder.file("clouds.yaml")
    let text = try await initialise { $0.cloudsFile = file }
    #expect(text.contains(file) && text.contains("OS_CLOUD=roost"))
    let clouds = String(decoding: try #require(try disk.read(file, limit: 9999)), as: UTF8.self)
    let line = try #require(clouds.split(separator: "\n").first { $0.contains("password:") })
    let password = line.split(separator: "\"")[1]
    #expect(!text.contains(password))
    #expect(clouds.contains("auth_url: \"http:\\/\\/") || clouds.contains("auth_url: \"http://"))
    #expect(clouds.contains("region_name: \"lab\""))
    #expect(try mode(of: file) == 0o600)
    #expect(try await opens(String(password)))
  }

  /// Where no client can connect to what the configuration says, it has to say more.
  @Test(arguments: ["0.0.0.0:8770", "[::]:8770", "[0:0::0]:8770", "127.0.0.1:0"])
  func aCloudsFileNamesAnAddressThatLeadsThere(_ address: String) async throws {
    let file = folder.file("clouds.yaml")
    let agents = "agent_url: 'http://10.0.0.1:8770'"
    let error = await refusal {
      try await initialise(api: "{address: '\(address)', \(agents)}") { $0.cloudsFile = file }
    }
    #expect(error?.kind == .badRequest)
    for part in ["`api.public_url` in controller.yaml is required", file, address] {
      #expect(error?.user.contains(part) == true)
    }
    #expect(try disk.list(state) == [])
    #expect(try disk.size(of: file) == nil)

    let known = "{address: '\(address)', public_url: 'https://cloud.example.org/'}"
    _ = try await initialise(api: known) { $0.cloudsFile = file }
    let clouds = String(decoding: try #require(try disk.read(file, limit: 9999)), as: UTF8.self)
      .replacing("\\/", with: "/")
    #expect(clouds.contains("auth_url: \"https://cloud.example.org/identity/v3\""))
  }

  @Test func withoutACloudsFileEveryAddressWillDo() async throws {
    _ = try await initialise(api: "{address: '0.0.0.0:8770', agent_url: 'http://10.0.0.1:8770'}")
  }

  @Test func nothingIsOverwritten() async throws {
    let file = folder.file("clouds.yaml")
    try disk.replace(file, with: Array("mine".utf8), mode: 0o600)
    let error = await refusal { try await initialise { $0.cloudsFile = file } }
    #expect(error?.kind == .conflict && error?.user.contains(file) == true)
    #expect(try disk.read(file, limit: 99) == Array("mine".utf8))
    #expect(try disk.list(state) == [])
  }

  @Test func aPasswordFileThatIsNoneIsNamed() async throws {
    let file = folder.file("password")
    func refused() async -> RoostError? {
      await refusal { try await initialise { $0.passwordFile = file } }
    }
    #expect(await refused()?.kind == .notFound)
    for bytes in [[], [0x0A], [0xFF, 0xFE]] as [[UInt8]] {
      try disk.replace(file, with: bytes, mode: 0o600)
      let error = await refused()
      #expect(error?.kind == .badRequest && error?.user.contains(file) == true)
    }
    #expect(try disk.list(state) == [])
  }

  @Test func whatWasBegunIsFinished() async throws {
    // As when it was killed after it had made the key, before there was a user.
    let begun = try StateFolder(state, create: true, disk: disk)
    try begun.makeKey(SeededRandomness(seed: 9))
    let key = try disk.read(state + "/secret.key", limit: 99)
    let held = await refusal { try await initialise() }
    #expect(held?.kind == .conflict)
    #expect(held?.user.contains("Another controller is using the state folder") == true)
    withExtendedLifetime(begun) {}
    try Store.open(begun.database).close()
    _ = consume begun
    _ = try await initialise()
    #expect(try disk.read(state + "/secret.key", limit: 99) == key)
  }

  @Test func aFolderWithoutAControllerIsNamed() throws {
    let error = #expect(throws: RoostError.self) {
      try StateFolder(self.state, create: false, disk: self.disk)
    }
    #expect(error?.kind == .notFound)
    #expect(error?.user.contains("roost-controller init") == true)
  }

  @Test func aDamagedKeyIsRefused() throws {
    let state = try StateFolder(self.state, create: true, disk: disk)
    try disk.replace(self.state + "/secret.key", with: [1, 2, 3], mode: 0o600)
    let error = #expect(throws: RoostError.self) { try state.box(for: "token") }
    #expect(error?.user.contains("is damaged: it has 3 bytes, not 32") == true)
  }

  @Test func eachPurposeHasItsOwnKey() throws {
    let state = try StateFolder(self.state, create: true, disk: disk)
    try state.makeKey(SeededRandomness())
    let sealed = try state.box(for: "token").seal([1], randomness: SeededRandomness())
    #expect(try state.box(for: "token").open(sealed) == [1])
    #expect(throws: RoostError.self) { try state.box(for: "image grant").open(sealed) }
    #expect(try mode(of: self.state + "/secret.key") == 0o600)
    #expect(try mode(of: self.state) == 0o700)
  }
}
