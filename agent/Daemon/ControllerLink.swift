// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
import Synchronization
import Wire

/// The registered connection to the controller, if there is one, for whoever needs to ask it.
public final class ControllerLink: Sendable {
  private let peer = Mutex<(any WirePeer)?>(nil)

  /// No connection.
  public init() {}

  /// Sets or clears it.
  func set(_ new: (any WirePeer)?) { peer.withLock { $0 = new } }

  /// Calls the controller; `.unavailable` while there is no connection.
  public func call<Method: RemoteMethod>(
    _ method: Method.Type, _ request: Method.Request, timeout: Duration
  ) async throws(RoostError) -> Method.Reply {
    guard let peer = peer.withLock({ $0 }) else {
      throw RoostError(.unavailable, "The node has no connection to the controller.")
    }
    do throws(WireStatus) {
      return try await peer.call(method, request, timeout: timeout)
    } catch {
      throw RoostError(error)
    }
  }
}

extension RoostError {
  /// What a peer's answer means here.
  init(_ status: WireStatus) {
    let kind: Kind =
      switch status.code {
      case .notFound: .notFound
      case .permissionDenied, .unauthenticated: .forbidden
      case .invalidArgument, .outOfRange: .badRequest
      case .deadlineExceeded: .deadlineExceeded
      case .cancelled: .cancelled
      case .unavailable, .aborted, .resourceExhausted, .failedPrecondition: .unavailable
      default: .internal
      }
    self.init(kind, status.message, operator: "\(status.code)")
  }
}

extension WireStatus {
  /// How an error of ours is told to a peer.
  init(_ error: RoostError) {
    let code: Code =
      switch error.kind {
      case .badRequest, .notAllowed, .notAcceptable: .invalidArgument
      case .unauthorized: .unauthenticated
      case .forbidden: .permissionDenied
      case .notFound: .notFound
      case .conflict: .failedPrecondition
      case .tooLarge, .overQuota: .resourceExhausted
      case .unavailable: .unavailable
      case .deadlineExceeded: .deadlineExceeded
      case .cancelled: .cancelled
      case .internal: .internal
      }
    self.init(code, error.user)
  }
}
