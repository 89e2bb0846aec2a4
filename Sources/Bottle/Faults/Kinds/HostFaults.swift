// SPDX-License-Identifier: Apache-2.0

import Base
public import Simulation

extension Fault {
  /// Calls of a node's hypervisor, switch or disks go as told.
  public struct CallTrouble: Hashable, Sendable {
    public var node = 0
    /// Like `hypervisor.start`; empty for all of them.
    public var operation = ""
    public var behaviour = Behaviour()
    public var lasting = Duration.microseconds(1)
  }

  /// libvirtd of a node stops and is started again; guests run on.
  public struct HypervisorAway: Hashable, Sendable {
    public var node = 0
    public var lasting = Duration.microseconds(1)
  }

  /// A guest stops being what it was told to be.
  public struct GuestEnd: Hashable, Sendable {
    public var node = 0
    /// The n-th of the node's running guests by instance id, counted from 0, modulo their number;
    /// nothing happens where none runs.
    public var ordinal = 0
    public var becomes = Outcome.crashed

    /// What it is then.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
      /// QEMU is gone.
      case crashed
      /// It turned itself off.
      case shutdown
      case paused
    }
  }
}

extension Fault.GuestEnd.Outcome: FaultChoice {}

extension RoostError.Kind: FaultChoice {}

extension Fault.CallTrouble: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.node("node", &node)
    try fields.text("operation", &operation)
    try fields.range("latency", &behaviour.latency)
    try part("failures", &behaviour.failures, &fields)
    try fields.choice("failure", &behaviour.failure)
    try part("hangs", &behaviour.hangs, &fields)
    try part("lies", &behaviour.lies, &fields)
    try fields.lasting(&lasting)
  }

  private func part<F: FaultFields>(_ key: String, _ value: inout UInt64, _ fields: inout F)
    throws(F.Failure)
  {
    var count = Int(clamping: value)
    try fields.count(key, &count, in: 0...10_000)
    value = UInt64(clamping: count)
  }

  public var description: String {
    "\(operation.isEmpty ? "every call" : "each \(operation)") of node-\(node) takes "
      + "\(behaviour.latency.text); of 10,000 \(behaviour.failures) fail (\(behaviour.failure)), "
      + "\(behaviour.hangs) hang, \(behaviour.lies) lie; for \(lasting.text)"
  }
}

extension Fault.HypervisorAway: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.node("node", &node)
    try fields.lasting(&lasting)
  }

  public var description: String { "libvirtd of node-\(node) is away for \(lasting.text)" }
}

extension Fault.GuestEnd: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.node("node", &node)
    try fields.count("ordinal", &ordinal, in: 0...FaultLimits.calls)
    try fields.choice("becomes", &becomes)
  }

  public var description: String {
    "guest \(ordinal) of node-\(node) \(becomes == .shutdown ? "turns itself off" : "is \(becomes)")"
  }
}
