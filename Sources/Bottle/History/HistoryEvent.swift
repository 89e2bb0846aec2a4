// SPDX-License-Identifier: Apache-2.0

import Base

/// Something that happened in a run, as a person reads it.
public struct HistoryEvent: Hashable, Sendable {
  /// What sort of thing happened.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A client asked for something.
    case request
    /// A client was answered, or gave up.
    case answer
    /// The controller wrote a transaction.
    case commit
    /// A node's hypervisor, switch or disk did something.
    case step
    /// A program logged.
    case log
    /// Something was made to go wrong.
    case fault
    /// A process or a machine went down.
    case crash
    /// A process or a machine came up.
    case restart
    /// Something is not as it must be.
    case finding

    /// Whether it may matter to every server.
    public var concernsAll: Bool {
      switch self {
      case .fault, .crash, .restart, .finding: true
      default: false
      }
    }
  }

  /// When, since the start, in whole microseconds.
  public let at: Duration
  /// Who did it: `controller`, `node-3`, `tenant-1`, `operator`, `faults`, `checker`.
  public let actor: String
  public let kind: Kind
  /// What happened.
  public let text: String
  /// The server that it is about, by id; nil for more than one and for none.
  public let subject: String?

  /// An event; fractions of a microsecond are dropped.
  public init(
    at: Duration, actor: String, kind: Kind, text: String, subject: String? = nil
  ) {
    self.at = .microseconds(at.microseconds)
    self.actor = actor
    self.kind = kind
    self.text = text
    self.subject = subject
  }

  /// Every field, each told from its neighbours by its length.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ number: Int64) {
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    append(at.microseconds)
    for part in [actor, kind.rawValue, text] {
      append(Int64(part.utf8.count))
      bytes.append(contentsOf: part.utf8)
    }
    append(subject.map { Int64($0.utf8.count) } ?? -1)
    if let subject { bytes.append(contentsOf: subject.utf8) }
    return bytes
  }
}
