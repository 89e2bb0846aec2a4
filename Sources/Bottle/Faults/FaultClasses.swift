// SPDX-License-Identifier: Apache-2.0

public import Base

/// Which classes of faults happen.
public struct FaultClasses: Hashable, Sendable {
  /// The classes, each once, in the order in which `FaultClass` has them.
  public let ordered: [FaultClass]

  /// From classes in any order.
  public init(_ classes: some Sequence<FaultClass>) {
    let wanted = Set(classes)
    ordered = FaultClass.allCases.filter(wanted.contains)
  }

  /// Everything that Roost promises to live with.
  public static let all = FaultClasses(FaultClass.allCases.filter(\.isPromised))
  /// No faults.
  public static let none = FaultClasses([])

  /// Whether it is among them.
  public func contains(_ one: FaultClass) -> Bool { ordered.contains(one) }

  /// Parses the value of `--faults`: names with commas between them, from left to right. `all` adds
  /// whatever Roost promises to live with, `none` starts anew, `-name` leaves one out. A value that
  /// begins with `-name` begins with `all`.
  ///
  /// - Throws: `badRequest` that names the part at fault and what is allowed.
  public init(parsing text: String) throws(RoostError) {
    guard text.utf8.count <= Self.maxTextLength else {
      throw RoostError(
        .tooLarge,
        "--faults: is \(text.utf8.count) bytes long; at most \(Self.maxTextLength) are allowed.",
        field: "--faults")
    }
    var chosen: [FaultClass] = text.hasPrefix("-") ? Self.all.ordered : []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      switch part {
      case "all": chosen += Self.all.ordered
      case "none": chosen = []
      default:
        let isLeftOut = part.hasPrefix("-")
        guard let one = FaultClass(rawValue: String(isLeftOut ? part.dropFirst() : part)) else {
          throw Self.unknown(part)
        }
        if isLeftOut { chosen.removeAll { $0 == one } } else { chosen.append(one) }
      }
    }
    self.init(chosen)
  }

  private static let maxTextLength = 1024

  private static func unknown(_ part: Substring) -> RoostError {
    RoostError(
      .badRequest,
      "--faults: \"\(part.prefix(40))\" is not known; allowed are all, none, "
        + "\(FaultClass.allCases.map(\.rawValue).joined(separator: ", ")), and each of these "
        + "names with - before it to leave it out.",
      field: "--faults")
  }
}

extension FaultClasses: CustomStringConvertible {
  /// What `init(parsing:)` reads: names with commas, or `none`.
  public var description: String {
    ordered.isEmpty ? "none" : ordered.map(\.rawValue).joined(separator: ",")
  }
}
