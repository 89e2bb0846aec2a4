// SPDX-License-Identifier: Apache-2.0

public import Base

/// The machine's hypervisor, as the reconciler sees it.
///
/// Every call is idempotent: asking for what already is succeeds. A call that runs past its
/// deadline throws `deadlineExceeded` and may still take effect; observe before repeating. While
/// the hypervisor can't be reached, calls throw `unavailable`.
public protocol Hypervisor: Sendable {
  /// What this host offers.
  func inventory() async throws(RoostError) -> HostInventory
  /// Every domain on this host, Roost's or not, by name.
  func domains() async throws(RoostError) -> [ObservedDomain]
  /// The domain of one instance, nil if there is none. Costs the same however many others there
  /// are, and waits for no other guest.
  func domain(_ id: InstanceID) async throws(RoostError) -> ObservedDomain?
  /// Writes the domain's definition, replacing an older one. A running guest keeps running as it
  /// was started.
  func define(_ domain: DomainSpec) async throws(RoostError)
  /// Boots a defined domain; `paused` leaves its vCPUs stopped. Fine if it is active already.
  /// `notFound` if it isn't defined.
  func start(_ id: InstanceID, paused: Bool) async throws(RoostError)
  /// Presses the ACPI power button; the guest may take its time or ignore it. Fine if the domain
  /// isn't active or isn't there.
  func shutdown(_ id: InstanceID) async throws(RoostError)
  /// Cuts the power. Fine if the domain isn't active or isn't there.
  func destroy(_ id: InstanceID) async throws(RoostError)
  /// Forgets the definition. Fine if there is none; `conflict` while the domain is active.
  func undefine(_ id: InstanceID) async throws(RoostError)
  /// What happens from now on. Each call makes a stream of its own; its first event says whether
  /// the hypervisor answers now. A reader that falls far behind loses the oldest events, and
  /// libvirtd sends none for a guest that ends while it takes that guest up again after a restart:
  /// an event means "look", never "this is all that happened".
  func events() -> AsyncStream<HypervisorEvent>
}

/// What a hypervisor tells unasked.
public enum HypervisorEvent: Sendable, Hashable {
  /// One of Roost's guests changed. `detail` is libvirt's word for why, such as `destroyed`.
  case lifecycle(InstanceID, PowerState, detail: String)
  /// The hypervisor answers, at first or again: events may have been missed, look at everything.
  case connected
  /// The hypervisor stopped answering, and why. Guests go on; attempts to reconnect are under way.
  case disconnected(reason: String)
}
