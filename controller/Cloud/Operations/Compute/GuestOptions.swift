// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel

/// What a flavor's extra specs of Roost's own say of guests. Pure.
///
/// They are an operator's: a tenant can't put its guests before others'.
struct GuestOptions: Sendable, Hashable {
  /// `roost:start_paused`: starts guests with their vCPUs stopped. Benchmarks use it to measure what
  /// a guest costs before it runs.
  var startsPaused = false
  /// `roost:start_order`: after a reboot of the host guests are started in rising order of it.
  var startOrder: UInt32 = 100
  /// `roost:on_host_reboot`: `start` (if it ran) or `stay_off`.
  var staysOffAfterReboot = false

  private static let prefix = "roost:"

  /// - Throws: `badRequest` naming the key for a value that it can't have, or an unknown key of
  ///   Roost's. Other keys are not looked at.
  init(_ specs: [Property]) throws(RoostError) {
    for spec in specs where spec.key.hasPrefix(Self.prefix) {
      switch (spec.key.dropFirst(Self.prefix.count), spec.value) {
      case ("start_paused", "true"): startsPaused = true
      case ("start_paused", "false"): startsPaused = false
      case ("start_paused", _): throw Self.refused(spec, "true or false")
      case ("on_host_reboot", "start"): staysOffAfterReboot = false
      case ("on_host_reboot", "stay_off"): staysOffAfterReboot = true
      case ("on_host_reboot", _): throw Self.refused(spec, "start or stay_off")
      case ("start_order", let value):
        guard let order = UInt32(value), order <= 1_000_000 else {
          throw Self.refused(spec, "a whole number from 0 to 1000000")
        }
        startOrder = order
      default:
        throw RoostError(
          .badRequest,
          "extra_specs.\(spec.key): there are roost:start_paused, roost:start_order and "
            + "roost:on_host_reboot.", field: "extra_specs.\(spec.key)")
      }
    }
  }

  private static func refused(_ spec: Property, _ allowed: String) -> RoostError {
    RoostError(
      .badRequest, "extra_specs.\(spec.key): expected \(allowed), got \(spec.value).",
      field: "extra_specs.\(spec.key)")
  }
}
