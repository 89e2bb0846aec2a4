// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Wire

/// One node's live connection, as the fleet keeps it.
struct Session {
  let peer: any WirePeer
  /// Set once its registration is recorded; nothing is told before.
  var isRegistered = false
  /// Why the node's hypervisor can't be used; nil while it answers.
  var hypervisorFailure: String?
  /// When the certificate ends that was issued over this connection; nil where none was.
  var renewedUntil: Timestamp?
  var outbox = Outbox()
  /// Yields when there is something to tell; ends with the session.
  let wakes: AsyncStream<Void>
  let wake: AsyncStream<Void>.Continuation

  init(_ peer: any WirePeer) {
    self.peer = peer
    (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }
}
