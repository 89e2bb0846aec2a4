// SPDX-License-Identifier: Apache-2.0

import Base
import CLibvirt

extension LibvirtConnection {
  /// Has libvirt tell of every domain's changes until the connection ends. `tell` is called on
  /// libvirt's event thread and must not call libvirt.
  func watchLifecycles(
    _ tell: @escaping @Sendable (HypervisorEvent) -> Void
  ) throws(RoostError) {
    let listener = Unmanaged.passRetained(LifecycleListener(tell))
    do throws(RoostError) {
      try register(lifecycleCallback, listener.toOpaque(), freeLifecycle)
    } catch {
      listener.release()
      throw error
    }
  }
}

/// What a lifecycle event says of one of Roost's guests; nil for what changes no power state and
/// for foreign domains, which are known here by their names.
func lifecycleEvent(name: String, event: Int32, detail: Int32) -> HypervisorEvent? {
  let prefix = "roost-"
  guard name.hasPrefix(prefix), let instance = InstanceID(name.dropFirst(prefix.count)),
    name == DomainSpec.domainName(of: instance)
  else { return nil }
  let (state, words): (PowerState, [String])
  switch virDomainEventType(rawValue: UInt32(bitPattern: event)) {
  case VIR_DOMAIN_EVENT_UNDEFINED: (state, words) = (.noState, ["undefined", "renamed"])
  case VIR_DOMAIN_EVENT_STARTED:
    (state, words) = (.running, ["booted", "migrated", "restored", "from-snapshot", "wakeup"])
  case VIR_DOMAIN_EVENT_SUSPENDED:
    (state, words) = (
      .paused,
      [
        "paused", "migrated", "ioerror", "watchdog", "restored", "from-snapshot", "api-error",
        "postcopy", "postcopy-failed",
      ]
    )
  case VIR_DOMAIN_EVENT_RESUMED:
    (state, words) = (.running, ["unpaused", "migrated", "from-snapshot", "postcopy"])
  case VIR_DOMAIN_EVENT_STOPPED:
    (state, words) = (
      .shutdown,
      ["shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot"]
    )
  case VIR_DOMAIN_EVENT_PMSUSPENDED: (state, words) = (.suspended, ["memory", "disk"])
  case VIR_DOMAIN_EVENT_CRASHED: (state, words) = (.crashed, ["panicked", "crashloaded"])
  default: return nil
  }
  let index = Int(detail)
  let word = words.indices.contains(index) ? words[index] : "detail \(detail)"
  return .lifecycle(instance, state, detail: word)
}

private final class LifecycleListener: Sendable {
  let tell: @Sendable (HypervisorEvent) -> Void

  init(_ tell: @escaping @Sendable (HypervisorEvent) -> Void) {
    self.tell = tell
  }
}

private let lifecycleCallback: virConnectDomainEventCallback = { _, domain, event, detail, opaque in
  guard let opaque, let domain, let name = virDomainGetName(domain) else { return 0 }
  let listener = Unmanaged<LifecycleListener>.fromOpaque(opaque).takeUnretainedValue()
  if let told = lifecycleEvent(name: String(cString: name), event: event, detail: detail) {
    listener.tell(told)
  }
  return 0
}

private let freeLifecycle: virFreeCallback = { opaque in
  if let opaque { Unmanaged<LifecycleListener>.fromOpaque(opaque).release() }
}
