// SPDX-License-Identifier: Apache-2.0

public import Base
public import Certificates
import Glibc

/// A certificate, its key and, for the fleet's own, the CA: are they there, do they belong together,
/// do they still hold, and can nobody else read the key?
public struct CertificateCheck: Sendable {
  /// What it is for: `wire certificate`.
  public var name: String
  public var certificate: String
  public var key: String
  /// The fleet's CA; nil for a certificate that another authority signed.
  public var authority: String?
  /// Whether it names whom it should.
  public var isRightSubject: @Sendable (CertificateSubject?) -> Bool

  private static let fileLimit = 1 << 20
  /// So long before its end a certificate should be renewed; a quarter of its life, if that is less.
  public static let notice = Duration.seconds(30 * 86_400)

  /// A check of three files.
  public init(
    name: String, certificate: String, key: String, authority: String?,
    isRightSubject: @escaping @Sendable (CertificateSubject?) -> Bool = { _ in true }
  ) {
    (self.name, self.certificate, self.key) = (name, certificate, key)
    (self.authority, self.isRightSubject) = (authority, isRightSubject)
  }

  /// Reads the files.
  public func run(_ disk: any Disk, now: Timestamp) -> [Diagnosis] {
    do throws(RoostError) {
      let found = try CertificateChain(pem: read(certificate, disk))
      return [try belonging(found, disk), lifetime(found.leaf, now), permission()]
    } catch {
      return [
        .fail(name, error.user, do: "Make it with `roostctl ca` and copy it here.")
      ]
    }
  }

  private func belonging(_ chain: CertificateChain, _ disk: any Disk)
    throws(RoostError) -> Diagnosis
  {
    let found = chain.leaf
    guard try found.belongs(toKey: read(key, disk)) else {
      return .fail(
        name, "\(certificate) is not the certificate of \(key).", do: "Copy both from one issue.")
    }
    guard isRightSubject(found.subject) else {
      return .fail(
        name, "\(certificate) names \(found.subject?.uri ?? "nobody of the fleet").",
        do: "Issue one for this program with `roostctl ca`.")
    }
    guard let authority else { return .ok(name, "\(certificate) and \(key) belong together.") }
    let trusted = try CertificateChain(pem: read(authority, disk)).certificates
    guard try chain.leads(to: trusted, atAnyTime: true) else {
      return .fail(
        name, "\(certificate) was not signed by \(authority).",
        do: "Issue it with the CA that the whole fleet has.")
    }
    return .ok(name, "\(certificate), its key and \(authority) belong together.")
  }

  private func lifetime(_ found: Certificate, _ now: Timestamp) -> Diagnosis {
    let renew = "Issue a new one with `roostctl ca`."
    if found.begins > now {
      return .fail(
        name, "\(certificate) holds only from \(found.begins.iso8601).",
        do: "Set this host's clock right.")
    }
    guard found.expires > now else {
      return .fail(name, "\(certificate) ended at \(found.expires.iso8601).", do: renew)
    }
    let life = Duration.microseconds(found.expires.microseconds - found.begins.microseconds)
    guard found.expires > now + min(Self.notice, life / 4) else {
      return .warn(name, "\(certificate) ends at \(found.expires.iso8601).", do: renew)
    }
    return .ok(name, "\(certificate) holds until \(found.expires.iso8601).")
  }

  private func permission() -> Diagnosis {
    var info = stat()
    guard stat(key, &info) == 0 else {
      return .fail(name, "\(key) can't be looked at.", do: "Give it to the program's user.")
    }
    let others = info.st_mode & 0o077
    return others == 0
      ? .ok(name, "Only its owner can read \(key).")
      : .fail(
        name, "\(key) can be read by others (mode 0\(String(info.st_mode & 0o777, radix: 8))).",
        do: "chmod 600 \(key); issue a new one if someone may have read it.")
  }

  private func read(_ path: String, _ disk: any Disk) throws(RoostError) -> [UInt8] {
    guard let bytes = try disk.read(path, limit: Self.fileLimit) else {
      throw RoostError(.notFound, "\(path) does not exist.")
    }
    return bytes
  }
}
