// SPDX-License-Identifier: Apache-2.0

import Base
import CLibvirt

/// libvirt's last error on this thread, as a `RoostError`. `operation` says what was tried:
/// "define the domain roost-…".
///
/// The text for the user stays general: libvirt's own may name the host's paths.
func libvirtError(_ operation: String) -> RoostError {
  guard let last = virGetLastError() else {
    return RoostError(.internal, "The hypervisor failed to \(operation).", operator: "no reason")
  }
  let code = UInt32(bitPattern: last.pointee.code)
  let text = last.pointee.message.map { String(cString: $0) } ?? "no message"
  return libvirtError(
    operation, code: code, domain: UInt32(bitPattern: last.pointee.domain), message: text)
}

/// The same from its parts. Numbers: <https://libvirt.org/html/libvirt-virterror.html>
func libvirtError(
  _ operation: String, code: UInt32, domain: UInt32, message: String
) -> RoostError {
  let detail = "\(message) (libvirt error \(code) of domain \(domain))"
  return switch virErrorNumber(rawValue: code) {
  case VIR_ERR_NO_DOMAIN:
    RoostError(.notFound, "The hypervisor has no such domain.", operator: detail)
  case VIR_ERR_OPERATION_INVALID, VIR_ERR_DOM_EXIST, VIR_ERR_RESOURCE_BUSY:
    RoostError(
      .conflict, "The domain's state does not allow to \(operation).", operator: detail)
  case VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_XML_INVALID_SCHEMA, VIR_ERR_INVALID_ARG,
    VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_NAME, VIR_ERR_OS_TYPE:
    RoostError(
      .badRequest, "The hypervisor does not accept the description needed to \(operation).",
      operator: detail)
  case VIR_ERR_RPC, VIR_ERR_NO_CONNECT, VIR_ERR_INVALID_CONN, VIR_ERR_AUTH_FAILED,
    VIR_ERR_AUTH_UNAVAILABLE, VIR_ERR_AUTH_CANCELLED, VIR_ERR_AUTH_UNAVAILABLE,
    VIR_ERR_NO_SUPPORT:
    RoostError(.unavailable, "The hypervisor does not answer.", operator: detail)
  case VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_AGENT_UNRESPONSIVE:
    RoostError(
      .deadlineExceeded, "The hypervisor did not \(operation) in time.", operator: detail)
  default:
    RoostError(.internal, "The hypervisor failed to \(operation).", operator: detail)
  }
}
