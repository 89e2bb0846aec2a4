// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
public import StateDigest
public import Wire

extension TestNode {
  /// What became of a registration by digests.
  public struct Resumed: Sendable {
    /// The instances that had to be named.
    public var named: [InstanceID] = []
    /// What of the node's reports the controller has recorded.
    public var recorded: Set<EntryDigest> = []
    /// Of all requests together.
    public var bytes = 0
  }

  /// Says who it is, and in digests what it holds and has observed.
  @discardableResult
  public func resume(holding held: [Held], observed: [Observation] = [])
    async throws(WireStatus) -> Resumed
  {
    var result = Resumed()
    var named = Buckets()
    let digests = observed.map { EntryDigest($0) }
    while true {
      var request = ResumeRequest()
      request.registration = registration
      request.registration.held = held.filter { named.hold($0.instanceID) }
      request.heldDigest =
        StateDigest(held.map { EntryDigest(holding: $0.instanceID, $0.generation) }).bytes
      request.observedDigest = StateDigest(digests).bytes
      request.namedBuckets = named.rawValue
      result.bytes += request.encoded.count
      let reply = try await call(ControllerMethods.Resume.self, request)
      guard reply.wantedBuckets != 0 else {
        let listed = Buckets(rawValue: reply.recordedBuckets)
        result.named = request.registration.held.map(\.instanceID)
        result.recorded = Set(
          digests.filter { !listed.hold($0.instance) }
            + reply.recorded.compactMap { EntryDigest(of: $0.instanceID, bytes: $0.digest) })
        return result
      }
      named.formUnion(Buckets(rawValue: reply.wantedBuckets))
    }
  }
}
