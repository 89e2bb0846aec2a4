// SPDX-License-Identifier: Apache-2.0

public import Base

/// Names a token in audits and revocations; it doesn't open anything.
public enum AuditTag {}
public typealias AuditID = Identifier<AuditTag>

/// What a token says, before it is sealed. Roles aren't in it: they are read at each use, so that
/// a role taken away is gone at once.
public struct TokenClaims: Hashable, Sendable {
  /// How the user proved who it is.
  public struct Methods: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// With a password.
    public static let password = Methods(rawValue: 1)
    /// With a token it already had.
    public static let token = Methods(rawValue: 2)

    /// Keystone's names, the first method first.
    public var names: [String] {
      (contains(.password) ? ["password"] : []) + (contains(.token) ? ["token"] : [])
    }
  }

  /// Whose.
  public let user: UserID
  /// The scope; nil for an unscoped token.
  public let project: ProjectID?
  /// How it was got.
  public let methods: Methods
  /// When.
  public let issuedAt: Timestamp
  /// Refused from then on.
  public let expiresAt: Timestamp
  /// Its own name.
  public let auditID: AuditID
  /// The name of the first token in a chain of rescoping; nil in that first one.
  public let chainID: AuditID?

  /// Made at issue.
  public init(
    user: UserID, project: ProjectID?, methods: Methods, issuedAt: Timestamp,
    expiresAt: Timestamp, auditID: AuditID, chainID: AuditID?
  ) {
    self.user = user
    self.project = project
    self.methods = methods
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.auditID = auditID
    self.chainID = chainID
  }
}

// The sealed form: version 1, methods, user, audit id, issued, expires, then project and chain,
// each as a byte that says whether 16 bytes follow.
extension TokenClaims {
  private static let version: UInt8 = 1

  /// The bytes that are sealed.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = [Self.version, methods.rawValue]
    bytes += user.uuidBytes + auditID.uuidBytes
    bytes += bigEndian(issuedAt.microseconds) + bigEndian(expiresAt.microseconds)
    bytes += project.map { [1] + $0.uuidBytes } ?? [0]
    bytes += chainID.map { [1] + $0.uuidBytes } ?? [0]
    return bytes
  }

  /// Reads what `encoded` made; nil for anything else.
  public init?(decoding bytes: [UInt8]) {
    var rest = bytes[...]
    guard rest.popFirst() == Self.version, let methods = rest.popFirst(),
      let user: UserID = takeID(&rest), let audit: AuditID = takeID(&rest),
      let issued = takeNumber(&rest), let expires = takeNumber(&rest),
      let project: ProjectID? = takeOptionalID(&rest),
      let chain: AuditID? = takeOptionalID(&rest), rest.isEmpty
    else { return nil }
    self.init(
      user: user, project: project, methods: Methods(rawValue: methods),
      issuedAt: Timestamp(microseconds: issued), expiresAt: Timestamp(microseconds: expires),
      auditID: audit, chainID: chain)
  }
}

private func bigEndian(_ number: Int64) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { Array($0) }
}

private func takeNumber(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
  guard bytes.count >= 8 else { return nil }
  defer { bytes.removeFirst(8) }
  return Int64(bitPattern: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}

private func takeID<Tag>(_ bytes: inout ArraySlice<UInt8>) -> Identifier<Tag>? {
  guard bytes.count >= 16 else { return nil }
  defer { bytes.removeFirst(16) }
  return Identifier(uuidBytes: Array(bytes.prefix(16)))
}

/// Outer nil: malformed. Inner nil: absent.
private func takeOptionalID<Tag>(_ bytes: inout ArraySlice<UInt8>) -> Identifier<Tag>?? {
  switch bytes.popFirst() {
  case 0: return .some(nil)
  case 1: return (takeID(&bytes) as Identifier<Tag>?).map { .some($0) }
  default: return nil
  }
}
