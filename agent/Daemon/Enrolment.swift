// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Daemon
import NodeProtocol
import Wire

/// `roost-agent enrol`: makes this host a node, or gives its node a new certificate, for a token.
///
/// The node's key is made here and never leaves. It is on the disk before the controller hears of it:
/// if the answer is lost, the same token gets the same certificate for it.
struct Enrolment: Sendable {
  let token: EnrolmentToken
  let configuration: AgentConfiguration
  /// Where its configuration was read, for what is said.
  let file: String
  let disk: any Disk
  let clock: any Clock
  /// Shows no certificate and trusts the CA that the token names.
  let network: any Network

  private static let patience = Duration.seconds(30)

  /// - Returns: what to tell the operator.
  func run() async throws(RoostError) -> String {
    let files = CertificateFiles(configuration, disk: disk, clock: clock)
    // QEMU reaches disks and base images below it as another user.
    try disk.makeFolder(configuration.stateFolder, mode: 0o711)
    try disk.makeFolder(files.folder, mode: 0o700)
    let lock = try FolderLock(existing: files.folder, holder: "enrolment")
    defer { withExtendedLifetime(lock) {} }
    var request = EnrolRequest()
    request.secret = token.secret.exposed
    request.hostName = try configuration.shownHostName()
    let kept = try known(files)
    request.nodeID = kept ?? .zero
    let key = try files.keyToAskFor()
    request.certificateRequest = try CertificateRequest.make(for: key)
    let answer = try await ask(request)
    let certificate = try files.install(
      answer, for: key, of: kept, under: token.fingerprint)
    return report(answer.nodeID, certificate, files)
  }

  /// The node whose state is on this host.
  private func known(_ files: CertificateFiles) throws(RoostError) -> NodeID? {
    if let kept = try NodeIdentity.kept(in: configuration.stateFolder, disk: disk) { return kept }
    // Enrolled, and never started.
    guard try disk.exists(files.issued.certificate) else { return nil }
    return try files.node().node
  }

  private func ask(_ request: EnrolRequest) async throws(RoostError) -> IssuedCertificate {
    let peer: any WirePeer
    do throws(RoostError) {
      peer = try await network.dial(token.address, service: ServiceTable())
    } catch {
      throw RoostError(
        error.kind, "The controller at \(token.address) was not reached: \(error.user)",
        operator: error.operator)
    }
    let outcome: Result<EnrolReply, WireStatus>
    do throws(WireStatus) {
      outcome = .success(
        try await peer.call(EnrolmentMethods.Enrol.self, request, timeout: Self.patience))
    } catch {
      outcome = .failure(error)
    }
    await peer.close(reason: "done")
    switch outcome {
    case .success(let reply): return reply.certificate
    case .failure(let status):
      let again =
        [.unavailable, .deadlineExceeded].contains(status.code)
        ? " Run this again with the same token." : ""
      let refusal = RoostError(status)
      throw RoostError(
        refusal.kind,
        "The controller at \(token.address) gave no certificate: \(status.message)"
          + (status.message.hasSuffix(".") ? "" : ".") + again, operator: refusal.operator)
    }
  }

  private func report(
    _ node: NodeID, _ certificate: Certificate, _ files: CertificateFiles
  ) -> String {
    let elsewhere =
      configuration.controllerAddress == token.address
      ? ""
      : "controller.address in \(file) is \(configuration.controllerAddress); the token names "
        + "\(token.address).\n"
    return """
      This host is node \(node). Its certificate is in \(files.issued.certificate), holds until \
      \(certificate.expires.iso8601) and is renewed before.
      \(elsewhere)
      """
  }
}
