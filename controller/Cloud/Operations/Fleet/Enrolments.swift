// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Crypto
import Database
import Log
import NodeProtocol
import Store

/// What an operator wants a token for.
public struct EnrolmentDraft: Sendable {
  /// The node that may be enrolled with it, anew or for the first time; nil for one that is to be made.
  public var node: NodeID?
  /// The only host that may use it.
  public var hostName: String?
  /// How long it is good for.
  public var validFor: Duration
  /// Where agents reach the controller; nil goes by the configuration.
  public var address: String?

  /// For any host, for an hour.
  public init() { validFor = Self.usualValidity }

  /// How long a token is good for where nothing is said.
  public static let usualValidity = Duration.seconds(3600)
  /// How long it may be, in seconds.
  public static let validity: ClosedRange<Int64> = 60...(7 * 86_400)
}

extension NodeAccess {
  /// Makes a token with which one agent can become a node. It is told here and never again.
  public func makeEnrolment(_ draft: EnrolmentDraft, for caller: Caller) async throws(RoostError)
    -> (enrolment: Enrolment, token: Secret<String>)
  {
    try caller.requireAdmin(to: "enrol nodes")
    let issuer = try requireIssuer()
    guard let address = draft.address ?? issuer.address else {
      throw RoostError(
        .badRequest,
        "Where agents reach the controller is not known: name it here as HOST:PORT, or set "
          + "wire.agent_address.", field: "enrolment.controller_address")
    }
    let now = clock.now
    let token = try EnrolmentToken(
      address: address, fingerprint: issuer.fingerprint,
      secret: Secret(randomness.bytes(EnrolmentToken.secretSize)))
    let enrolment = Enrolment(
      id: .random(from: randomness), node: draft.node, hostName: draft.hostName, createdAt: now,
      expiresAt: now + draft.validFor, creator: caller.user, creatorName: caller.userName)
    let secretHash = hash.mac(token.secret.exposed)
    try await store.write { (tx) throws(RoostError) in
      try tx.forgetEnrolments(expiredBefore: now + Self.memory * -1)
      try tx.insert(enrolment, secretHash: secretHash)
    }
    log.info(
      "\(caller.userName) made enrolment \(enrolment.id), good until "
        + "\(enrolment.expiresAt.iso8601), for \(draft.node.map { "node \($0)" } ?? "a new node")",
      [.request: caller.requestID, .operation: "makeEnrolment"])
    return (enrolment, token.text)
  }

  /// Every enrolment on record, with what its token is still good for, the oldest first.
  public func enrolments(for caller: Caller) async throws(RoostError) -> [(
    enrolment: Enrolment, state: Enrolment.State
  )] {
    try caller.requireAdmin(to: "see enrolments")
    let now = clock.now
    return try await store.read { (tx) throws(RoostError) in
      try tx.enrolments().map { ($0, $0.state(at: now)) }
    }
  }

  /// Takes a token back. One that was used has done its work: `revoke` is for its node.
  ///
  /// - Returns: what was on record, with what its token was good for.
  public func deleteEnrolment(_ id: EnrolmentID, for caller: Caller) async throws(RoostError) -> (
    enrolment: Enrolment, state: Enrolment.State
  ) {
    try caller.requireAdmin(to: "delete enrolments")
    let now = clock.now
    let enrolment = try await store.write { (tx) throws(RoostError) -> Enrolment in
      guard let found = try tx.enrolment(id) else { throw .notFound("Enrolment", id) }
      try tx.deleteEnrolment(id)
      return found
    }
    log.info(
      "\(caller.userName) deleted enrolment \(id)",
      [.request: caller.requestID, .operation: "deleteEnrolment"])
    return (enrolment, enrolment.state(at: now))
  }
}
