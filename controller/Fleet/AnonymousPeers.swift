// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Wire

/// The connections of peers that showed no certificate: few at a time, for one call each.
struct AnonymousPeers {
  /// So many at once; more are turned away.
  static let limit = 16
  /// From the handshake to the end of the connection, whatever the peer does.
  static let patience = Duration.seconds(10)

  private var attended: Set<ObjectIdentifier> = []
  private var callers: Set<ObjectIdentifier> = []

  /// How many are attended.
  var count: Int { attended.count }

  /// Takes a connection; false where there are enough.
  mutating func enter(_ peer: ObjectIdentifier) -> Bool {
    guard attended.count < Self.limit else { return false }
    attended.insert(peer)
    return true
  }

  /// Counts a call; false for a connection's second.
  mutating func call(_ peer: ObjectIdentifier) -> Bool { callers.insert(peer).inserted }

  mutating func leave(_ peer: ObjectIdentifier) {
    attended.remove(peer)
    callers.remove(peer)
  }
}

extension Fleet {
  /// Attends a connection without a certificate for as long as it may last.
  func attendAnonymous(_ peer: any WirePeer) async {
    let id = ObjectIdentifier(peer)
    defer { anonymous.leave(id) }
    let place = peer.address ?? "an unknown address"
    guard anonymous.enter(id) else {
      log.warning(
        "turned away a peer without a certificate from \(place): \(AnonymousPeers.limit) are here")
      await peer.close(reason: "too many peers without a certificate; try again later")
      return
    }
    await withDiscardingTaskGroup { group in
      group.addTask { [clock, log] in
        guard (try? await clock.sleep(for: AnonymousPeers.patience)) != nil else { return }
        log.warning("closed the connection of a peer without a certificate from \(place): it stays")
        await peer.close(reason: "a peer without a certificate may stay for a moment only")
      }
      _ = await peer.closed()
      group.cancelAll()
    }
  }

  /// How many peers without a certificate are here.
  var anonymousCount: Int { anonymous.count }

  /// Whether a peer without a certificate may make this call.
  func admitsCall(of peer: any WirePeer) -> Bool { anonymous.call(ObjectIdentifier(peer)) }
}
