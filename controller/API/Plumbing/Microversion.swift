// SPDX-License-Identifier: Apache-2.0

public import Base

/// A version `X.Y` of one service's API, that a request asks for.
public struct Microversion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number before the dot.
  public let major: Int
  /// The number after it.
  public let minor: Int

  /// Makes `major.minor`.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Parses `X.Y` without leading zeros, as Nova does. Nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Self.number(parts[0]), major > 0,
      let minor = Self.number(parts[1])
    else { return nil }
    self.init(major, minor)
  }

  private static func number(_ text: some StringProtocol) -> Int? {
    guard (1...9).contains(text.utf8.count),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
    else { return nil }
    return Int(text)
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  public var description: String { "\(major).\(minor)" }
}

/// The range of microversions a service serves, and how a request chooses one.
///
/// Source: the OpenStack API-SIG microversion specification, and Nova's own older header.
public struct MicroversionRange: Sendable {
  /// As named in `OpenStack-API-Version: compute 2.1`.
  public let serviceType: String
  /// A header that carries the bare version; the general header wins over it.
  public let olderHeader: String?
  /// Served when nothing is asked for.
  public let oldest: Microversion
  /// What `latest` means.
  public let newest: Microversion

  /// Describes a service's range.
  public init(
    serviceType: String, olderHeader: String?, oldest: Microversion, newest: Microversion
  ) {
    self.serviceType = serviceType
    self.olderHeader = olderHeader
    self.oldest = oldest
    self.newest = newest
  }

  /// Nova's. The newest is what the version document names, and what clients choose by.
  public static let compute = MicroversionRange(
    serviceType: "compute", olderHeader: "X-OpenStack-Nova-API-Version",
    oldest: Microversion(2, 1), newest: Microversion(2, 100))

  /// The version a request asks for.
  ///
  /// - Parameter header: looks a header up by name.
  /// - Throws: `.badRequest` for a malformed version, `.notAcceptable` for one out of range.
  public func negotiate(_ header: (String) -> String?) throws(RoostError) -> Microversion {
    guard let wanted = requested(header) else { return oldest }
    if wanted == "latest" { return newest }
    guard let version = Microversion(wanted) else {
      throw RoostError(
        .badRequest,
        "API Version String \(wanted.prefix(40)) is of invalid format. "
          + "Must be of format MajorNum.MinorNum.")
    }
    guard oldest <= version, version <= newest else {
      throw RoostError(
        .notAcceptable,
        "Version \(version) is not supported by the API. "
          + "Minimum is \(oldest) and maximum is \(newest).")
    }
    return version
  }

  private func requested(_ header: (String) -> String?) -> String? {
    if let list = header("OpenStack-API-Version") {
      // The last entry for the service counts.
      var found: String?
      for entry in list.split(separator: ",") {
        let words = entry.split(whereSeparator: { $0 == " " || $0 == "\t" })
        if words.count == 2, words[0].lowercased() == serviceType { found = String(words[1]) }
      }
      if let found { return found }
    }
    guard let olderHeader, let text = header(olderHeader) else { return nil }
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    return words.count == 1 ? String(words[0]) : text
  }

  /// What every answer of the service carries.
  public func headers(for version: Microversion) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = [
      ("OpenStack-API-Version", "\(serviceType) \(version)")
    ]
    if let olderHeader { headers.append((olderHeader, "\(version)")) }
    headers.append(("Vary", "OpenStack-API-Version"))
    if let olderHeader { headers.append(("Vary", olderHeader)) }
    return headers
  }
}
