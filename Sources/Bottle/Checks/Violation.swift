// SPDX-License-Identifier: Apache-2.0

/// Something that must never be, and was: why a run failed.
public struct Violation: Hashable, Sendable {
  /// Which promise was broken.
  public enum Promise: String, Hashable, Sendable, CaseIterable {
    /// Records agree with each other after every commit.
    case records
    /// No instance has vCPUs that run in two places.
    case runsOnce = "runs-once"
    /// A guest goes only when its controller has revoked it.
    case keptUntilRevoked = "kept-until-revoked"
    /// A guest that was removed is not made anew.
    case staysGone = "stays-gone"
    /// Of what a node says is gone nothing is left there.
    case nothingLeft = "nothing-left"
    /// What counts as settled is in its node's journal.
    case journaled
    /// Once faults are over, all comes to rest as it should be.
    case converges
    /// What clients were told can be put in an order.
    case linearizable
    /// A node is down exactly when nothing was heard of it for a lease.
    case nodeStates = "node-states"
    /// What an operator has taken out of service gets nothing new.
    case outOfService = "out-of-service"
    /// A tenant sees its own servers, each once, and nobody else's.
    case isolation
    /// A base image is what its name says.
    case images
    /// An audit of a cloud at rest finds nothing.
    case audit
    /// A backup that was finished can be restored.
    case restorable
  }

  public let promise: Promise
  /// What was seen.
  public let text: String
  /// The server concerned, if it is one.
  public let subject: String?

  init(_ promise: Promise, _ text: String, subject: String? = nil) {
    self.promise = promise
    self.text = text
    self.subject = subject
  }
}

extension Violation: CustomStringConvertible {
  public var description: String { "\(promise.rawValue): \(text)" }
}
