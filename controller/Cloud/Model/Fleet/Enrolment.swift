// SPDX-License-Identifier: Apache-2.0

public import Base

/// Names an enrolment.
public enum EnrolmentTag {}
public typealias EnrolmentID = Identifier<EnrolmentTag>

/// An operator's leave for one agent to become a node: what a one-time token stands for. The token's
/// secret is known to whoever was given it; the store keeps a keyed hash.
public struct Enrolment: Sendable, Hashable {
  /// What came of the token.
  public struct Use: Sendable, Hashable {
    public var at: Timestamp
    /// The IP address that the agent came from, where one was known.
    public var address: String?
    /// Which certificate was issued for it, and for which key; see `NodeCertificate`.
    public var serial: String
    public var keyID: String

    /// A use with every fact.
    public init(at: Timestamp, address: String?, serial: String, keyID: String) {
      self.at = at
      self.address = address
      self.serial = serial
      self.keyID = keyID
    }
  }

  public let id: EnrolmentID
  /// The node that it is for; nil for a new one, and then set by its use.
  public var node: NodeID?
  /// The only host that may use it, by the name that it gives itself; nil for any.
  public let hostName: String?
  public let createdAt: Timestamp
  public let expiresAt: Timestamp
  /// Who made it.
  public let creator: UserID
  public let creatorName: String
  /// nil until it was used.
  public var use: Use?

  /// A record with every field.
  public init(
    id: EnrolmentID, node: NodeID?, hostName: String?, createdAt: Timestamp, expiresAt: Timestamp,
    creator: UserID, creatorName: String, use: Use? = nil
  ) {
    self.id = id
    self.node = node
    self.hostName = hostName
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.creator = creator
    self.creatorName = creatorName
    self.use = use
  }

  /// What a token is good for at a time.
  public enum State: String, Sendable, CaseIterable {
    /// It can be used.
    case open
    /// It was used, and makes no other certificate.
    case used
    /// Its time was over before anyone used it.
    case expired
  }

  /// Whether it can be used at a time.
  public func state(at time: Timestamp) -> State {
    use != nil ? .used : time < expiresAt ? .open : .expired
  }
}
