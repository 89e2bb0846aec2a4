// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What one check of a host came to.
public struct Diagnosis: Sendable, Hashable {
  /// How bad it is.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// As it should be.
    case ok
    /// It works, but not as well or as safely as it should; or it could not be found out.
    case warn
    /// Something will not work.
    case fail
  }

  /// The thing that was looked at, as `clock`.
  public let check: String
  public let verdict: Verdict
  /// What was found, with numbers and names.
  public let found: String
  /// What an operator should do; nil where all is well.
  public let advice: String?

  private init(_ check: String, _ verdict: Verdict, _ found: String, _ advice: String?) {
    (self.check, self.verdict, self.found, self.advice) = (check, verdict, found, advice)
  }

  /// All is well.
  public static func ok(_ check: String, _ found: String) -> Diagnosis {
    Diagnosis(check, .ok, found, nil)
  }

  /// It could be better.
  public static func warn(_ check: String, _ found: String, do advice: String) -> Diagnosis {
    Diagnosis(check, .warn, found, advice)
  }

  /// It will not work.
  public static func fail(_ check: String, _ found: String, do advice: String) -> Diagnosis {
    Diagnosis(check, .fail, found, advice)
  }

  /// For people, one line.
  public var line: String {
    let verdict = self.verdict.rawValue
    let padding = String(repeating: " ", count: 5 - verdict.utf8.count)
    return "\(verdict)\(padding)\(check): \(found)\(advice.map { " \($0)" } ?? "")"
  }
}

/// All that a doctor found.
public struct Examination: Sendable, Hashable {
  public let diagnoses: [Diagnosis]

  /// In the order of the checks.
  public init(_ diagnoses: [Diagnosis]) { self.diagnoses = diagnoses }

  /// 1 if anything fails, else 0.
  public var exitCode: Int32 { diagnoses.contains { $0.verdict == .fail } ? 1 : 0 }

  /// What is printed, for people or for programs.
  public func printed(asJSON: Bool) -> String {
    asJSON ? String(decoding: json.encoded, as: UTF8.self) + "\n" : text
  }

  /// For people: a line each.
  public var text: String { diagnoses.map { $0.line + "\n" }.joined() }

  /// For programs.
  public var json: JSONValue {
    [
      "checks": .array(
        diagnoses.map { one in
          [
            "check": .string(one.check), "verdict": .string(one.verdict.rawValue),
            "found": .string(one.found), "advice": one.advice.map { .string($0) } ?? .null,
          ]
        })
    ]
  }
}
