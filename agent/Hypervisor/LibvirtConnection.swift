// SPDX-License-Identifier: Apache-2.0

import Base
import CLibvirt
import Synchronization

/// One connection to libvirtd. Every method blocks: call them on lanes.
///
/// libvirt's connections may be used from several threads. A call holds a reference of its own, so
/// that `close` never pulls the connection from under another lane.
final class LibvirtConnection: Sendable {
  private struct Handle: @unchecked Sendable {
    let raw: virConnectPtr
    /// The registration of `watchLifecycles`.
    var watch: Int32?
  }

  private let handle: Mutex<Handle?>

  /// Opens. `lost` is called once if the connection breaks by itself, on libvirt's event thread.
  init(
    uri: String, lost: @escaping @Sendable (String) -> Void
  ) throws(RoostError) {
    try LibvirtLibrary.prepare()
    guard let raw = virConnectOpen(uri) else { throw libvirtError("connect to \(uri)") }
    handle = Mutex(Handle(raw: raw))
    do throws(RoostError) {
      // A libvirtd that hangs is as good as gone after 20 seconds: four silent intervals of five.
      guard virConnectSetKeepAlive(raw, 5, 3) >= 0 else {
        throw libvirtError("keep the connection alive")
      }
      let listener = Unmanaged.passRetained(CloseListener(lost))
      guard
        virConnectRegisterCloseCallback(raw, closeCallback, listener.toOpaque(), freeClose) == 0
      else {
        listener.release()
        throw libvirtError("watch the connection")
      }
    } catch {
      virConnectClose(raw)
      throw error
    }
  }

  deinit { close() }

  /// Lends the raw connection for one call.
  func use<T>(
    _ body: (virConnectPtr) throws(RoostError) -> T
  ) throws(RoostError) -> T {
    let borrowed = handle.withLock { handle -> Handle? in
      if let handle { virConnectRef(handle.raw) }
      return handle
    }
    guard let borrowed else {
      throw RoostError(
        .unavailable, "The hypervisor does not answer.", operator: "the connection was closed")
    }
    defer { virConnectClose(borrowed.raw) }
    return try body(borrowed.raw)
  }

  /// Has `callback` called for every domain's lifecycle events until the connection is closed.
  func register(
    _ callback: @escaping virConnectDomainEventCallback, _ opaque: UnsafeMutableRawPointer,
    _ release: @escaping virFreeCallback
  ) throws(RoostError) {
    let registered = try use { raw throws(RoostError) in
      let registered = virConnectDomainEventRegisterAny(
        raw, nil, Int32(VIR_DOMAIN_EVENT_ID_LIFECYCLE.rawValue),
        // libvirt types every event's callback as one and casts it back by the event's id.
        unsafeBitCast(callback, to: virConnectDomainEventGenericCallback.self), opaque, release)
      guard registered >= 0 else { throw libvirtError("watch the domains") }
      return registered
    }
    handle.withLock { $0?.watch = registered }
  }

  /// Closes once no call is in progress; again is fine.
  func close() {
    let owned = handle.withLock { handle in
      defer { handle = nil }
      return handle
    }
    guard let owned else { return }
    // Each registration holds the connection open.
    if let watch = owned.watch { virConnectDomainEventDeregisterAny(owned.raw, watch) }
    virConnectUnregisterCloseCallback(owned.raw, closeCallback)
    virConnectClose(owned.raw)
  }
}

private final class CloseListener: Sendable {
  let lost: @Sendable (String) -> Void

  init(_ lost: @escaping @Sendable (String) -> Void) {
    self.lost = lost
  }
}

private let closeCallback: virConnectCloseFunc = { _, reason, opaque in
  guard let opaque else { return }
  let listener = Unmanaged<CloseListener>.fromOpaque(opaque).takeUnretainedValue()
  switch virConnectCloseReason(rawValue: UInt32(bitPattern: reason)) {
  case VIR_CONNECT_CLOSE_REASON_EOF: listener.lost("libvirtd ended the connection")
  case VIR_CONNECT_CLOSE_REASON_KEEPALIVE: listener.lost("libvirtd stopped answering keepalives")
  case VIR_CONNECT_CLOSE_REASON_CLIENT: break
  default: listener.lost("the connection to libvirtd failed")
  }
}

private let freeClose: virFreeCallback = { opaque in
  if let opaque { Unmanaged<CloseListener>.fromOpaque(opaque).release() }
}
