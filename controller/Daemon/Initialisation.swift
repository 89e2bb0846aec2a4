// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import Crypto
import Store

/// Makes a controller: folders, database, keys, the first admin.
struct Initialisation {
  let arguments: InitialiseArguments
  let configuration: ControllerConfiguration
  let disk: any Disk
  let clock: any Clock
  let randomness: any Randomness

  /// - Returns: what to tell the operator. The password is in it only if it is stored nowhere else.
  func run() async throws(RoostError) -> String {
    let given = try givenPassword()
    if let file = arguments.cloudsFile, try disk.size(of: file) != nil {
      throw RoostError(.conflict, "\(file) exists; nothing was changed.")
    }
    let rootURL = try arguments.cloudsFile.map { (file) throws(RoostError) in
      try self.rootURL(for: file)
    }
    let folder = try StateFolder(configuration.stateFolder, create: true, disk: disk)
    try disk.makeFolder(configuration.imageFolder, mode: 0o700)
    let store = try Store.open(folder.database)
    defer { store.close() }
    try folder.makeKey(randomness)
    let identity = IdentityService(
      store: store, clock: clock, randomness: randomness, passwords: try PasswordHash(),
      seal: try folder.box(for: "token"))
    guard try await !identity.isBootstrapped() else {
      throw RoostError(
        .conflict,
        "There is a controller in \(configuration.stateFolder) already; nothing was "
          + "changed.")
    }
    let password = given ?? Secret(Base64.url.encode(randomness.bytes(18)))
    // The file goes first: a password that was committed must never be lost.
    if let file = arguments.cloudsFile, let rootURL { try write(file, rootURL, password) }
    _ = try await identity.bootstrap(adminPassword: password)
    return report(password, isGiven: given != nil)
  }

  private func givenPassword() throws(RoostError) -> Secret<String>? {
    guard let file = arguments.passwordFile else { return nil }
    guard let bytes = try disk.read(file, limit: 8192) else {
      throw RoostError(.notFound, "The password file \(file) does not exist.")
    }
    guard let line = String(validating: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self),
      !line.isEmpty
    else {
      throw RoostError(.badRequest, "The first line of \(file) is empty or is no UTF-8 text.")
    }
    return Secret(line)
  }

  private func rootURL(for file: String) throws(RoostError) -> String {
    guard let url = configuration.clientURL else {
      throw RoostError(
        .badRequest,
        "`api.public_url` in \(arguments.configuration) is required for \(file): `api.address` is "
          + "\(configuration.apiAddress), which no client can connect to. Nothing was changed.")
    }
    return url
  }

  private func write(
    _ file: String, _ rootURL: String, _ password: Secret<String>
  ) throws(RoostError) {
    let clouds = CloudsFile(
      authURL: rootURL + "/identity/v3", region: configuration.region, password: password)
    try disk.replace(file, with: Array(clouds.text.utf8), mode: 0o600)
  }

  private func report(_ password: Secret<String>, isGiven: Bool) -> String {
    var text = "The controller in \(configuration.stateFolder) is ready.\n"
    if let file = arguments.cloudsFile {
      text += "The admin's password is in \(file); use it with OS_CLOUD=roost.\n"
    } else if !isGiven {
      text += "The user admin's password, shown only now: \(password.exposed)\n"
    }
    return text
  }
}

extension ControllerConfiguration {
  /// The API's root: as configured, else at the address where it is served.
  func rootURL(at address: String) -> String {
    publicURL ?? (apiCredentials == nil ? "http" : "https") + "://" + address
  }
}
