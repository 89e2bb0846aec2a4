// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Daemon
import Lanes
import Log
import NodeProtocol
import Wire

/// Renews the node's certificate when a third of its life is left, over the connection that is there.
/// Connection, calls and guests go on; the next connection shows the new one.
struct CertificateRenewal: Sendable {
  let files: CertificateFiles
  let credentials: ReloadedCredentials
  let link: ControllerLink
  let node: NodeID
  let lane: any LaneRunning
  let clock: any Clock
  let randomness: any Randomness
  let log: Logger
  /// Where a line goes that says what is wrong; nil while all is well.
  let status: @Sendable (String?) -> Void

  private static let patience = Duration.seconds(30)
  /// Civil time may jump, and an operator may give the node another certificate, which may be due at
  /// once: nothing is counted on for longer than the files are not looked at.
  private static let longestWait = ReloadedCredentials.interval

  /// Renews again and again until the task is cancelled.
  func run() async {
    var failures = 0
    var (serial, jitter) = ("", UInt64(0))
    while !Task.isCancelled {
      guard let current = try? CertificateChain(pem: credentials.material.certificate).leaf else {
        // What was loaded can be read.
        return
      }
      if current.serial != serial {
        (serial, jitter) = (current.serial, randomness.number(below: 100))
        failures = 0
        status(nil)
      }
      let due = RenewalRule.due(
        begins: current.begins, expires: current.expires, jitter: jitter)
      let wait = Duration.microseconds(due.microseconds - clock.now.microseconds)
      guard wait <= .zero else {
        try? await clock.sleep(for: min(wait, Self.longestWait))
        continue
      }
      do throws(RoostError) {
        try await renew(current)
      } catch {
        guard !Task.isCancelled else { return }
        failures += 1
        let left = Duration.microseconds(
          current.expires.microseconds - clock.now.microseconds)
        let text =
          "The certificate that ends at \(current.expires.iso8601) was not renewed: \(error.user)"
        if failures == 1 { log.warning("\(text) (\(error)); this is tried again and again") }
        log.debug("\(text) (\(error))")
        status(text)
        try? await clock.sleep(
          for: RenewalRule.pause(
            after: failures, left: left, jitter: randomness.number(below: 100)))
      }
    }
  }

  private func renew(_ current: Certificate) async throws(RoostError) {
    let (files, node) = (files, node)
    let key = try await lane.run("read the pending key", timeout: Self.patience) {
      () throws(RoostError) in try files.keyToAskFor()
    }
    var request = RenewCertificateRequest()
    request.certificateRequest = try CertificateRequest.make(for: key)
    let reply = try await link.call(
      ControllerMethods.RenewCertificate.self, request, timeout: Self.patience)
    let renewed = try await lane.run("write the certificate", timeout: Self.patience) {
      () throws(RoostError) in
      // An operator may be enrolling this node by hand at this moment.
      let lock = try FolderLock(existing: files.folder, holder: "enrolment")
      defer { withExtendedLifetime(lock) {} }
      return try files.install(
        reply.certificate, for: key, of: node, following: current)
    }
    await credentials.reload()
    log.info("renewed the certificate: \(renewed.serial) holds until \(renewed.expires.iso8601)")
  }
}
