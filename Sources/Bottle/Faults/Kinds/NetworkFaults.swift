// SPDX-License-Identifier: Apache-2.0

extension Fault {
  /// Nothing passes between these nodes and the controller, in one direction or in both. Connections
  /// are not told.
  public struct Partition: Hashable, Sendable {
    public var nodes = NodeList([])
    public var direction = Direction.both
    public var lasting = Duration.microseconds(1)

    /// What does not pass.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
      case toController = "to-controller"
      case fromController = "from-controller"
      case both
    }
  }

  /// Segments between these nodes and the controller are lost, late, twice there or out of order.
  public struct Weather: Hashable, Sendable {
    public var nodes = NodeList([])
    /// Of a thousand segments so many are lost.
    public var lossPermille = 0
    /// How late a segment is; drawn evenly.
    public var delay = Duration.zero...Duration.zero
    /// Of a thousand segments so many come twice.
    public var duplicatePermille = 0
    /// Of a thousand segments so many are overtaken.
    public var reorderPermille = 0
    public var lasting = Duration.microseconds(1)
  }

  /// The node's connections to the controller are reset: both ends are told.
  public struct Reset: Hashable, Sendable {
    public var node = 0
  }

  /// Something between the ends forgets the node's connections to the controller, as a NAT that is restarted:
  /// whatever is sent on them is swallowed, and neither end is told.
  public struct HalfOpen: Hashable, Sendable {
    public var node = 0
  }
}

extension Fault.Partition.Direction: FaultChoice {}

extension Fault.Partition: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.nodes("nodes", &nodes)
    try fields.choice("direction", &direction)
    try fields.lasting(&lasting)
  }

  public var description: String {
    let what =
      switch direction {
      case .both: "part the controller and"
      case .toController: "let nothing pass to the controller from"
      case .fromController: "let nothing pass from the controller to"
      }
    return "\(what) nodes \(nodes) for \(lasting.text)"
  }
}

extension Fault.Weather: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.nodes("nodes", &nodes)
    try fields.count("loss_permille", &lossPermille, in: 0...1000)
    try fields.range("delay", &delay)
    try fields.count("duplicate_permille", &duplicatePermille, in: 0...1000)
    try fields.count("reorder_permille", &reorderPermille, in: 0...1000)
    try fields.lasting(&lasting)
  }

  public var description: String {
    "bad weather for nodes \(nodes): \(lossPermille) ‰ lost, \(duplicatePermille) ‰ twice, "
      + "\(reorderPermille) ‰ overtaken, late by \(delay.text), for \(lasting.text)"
  }
}

extension Fault.Reset: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.node("node", &node)
  }

  public var description: String { "reset the connections of node-\(node)" }
}

extension Fault.HalfOpen: FaultPayload {
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure) {
    try fields.node("node", &node)
  }

  public var description: String {
    "the connections of node-\(node) are forgotten on the way"
  }
}
