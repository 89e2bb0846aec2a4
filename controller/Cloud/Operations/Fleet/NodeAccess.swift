// SPDX-License-Identifier: Apache-2.0

public import Base
public import Certificates
import CloudModel
public import Crypto
import Database
public import Fleet
public import Log
public import Store

/// Who may connect as a node: enrolment by one-time tokens, certificates that are issued and renewed,
/// revocation.
public struct NodeAccess: Sendable {
  /// What a controller issues certificates with.
  public struct Issuer: Sendable {
    /// The CA that signs.
    public let authority: CertificateAuthority
    /// The CAs that the fleet trusts, in PEM, as members are told them.
    public let authorities: String
    /// The SHA-256 of the certificate of the one that the controller's own leads to.
    public let fingerprint: [UInt8]
    /// How long a certificate holds.
    public let lifetime: Duration
    /// Where agents reach the controller, for tokens; nil where only operators know.
    public let address: String?

    /// An issuer with every fact.
    public init(
      authority: CertificateAuthority, authorities: String, fingerprint: [UInt8],
      lifetime: Duration, address: String?
    ) {
      self.authority = authority
      self.authorities = authorities
      self.fingerprint = fingerprint
      self.lifetime = lifetime
      self.address = address
    }
  }

  let store: Store
  let fleet: Fleet
  let admission: AdmissionList
  /// nil where certificates are made offline only.
  let issuer: Issuer?
  /// Makes what is stored of tokens' secrets.
  let hash: KeyedHash
  let clock: any Clock
  let randomness: any Randomness
  let log: Logger

  /// For how long a used or expired token, and a certificate that has ended, stays on record.
  static let memory = Duration.seconds(30 * 86_400)

  /// - Parameters:
  ///   - admission: what the fleet and its network ask; it follows from here what the store says.
  ///   - hash: a new key ends all tokens.
  public init(
    store: Store, fleet: Fleet, admission: AdmissionList, issuer: Issuer?, hash: KeyedHash,
    clock: any Clock, randomness: any Randomness, log: Logger
  ) {
    self.store = store
    self.fleet = fleet
    self.admission = admission
    self.issuer = issuer
    self.hash = hash
    self.clock = clock
    self.randomness = randomness
    self.log = log
  }

  func requireIssuer() throws(RoostError) -> Issuer {
    guard let issuer else {
      throw RoostError(
        .conflict,
        "This controller issues no certificates: wire.issuer and wire.issuer_key are not set. "
          + "`roostctl ca` makes certificates without it.")
    }
    return issuer
  }
}
