// SPDX-License-Identifier: Apache-2.0

public import Base
import CLibvirt

/// Which libvirt and QEMU a connection leads to.
public struct LibvirtVersions: Sendable, Hashable {
  /// major × 1,000,000 + minor × 1,000 + release.
  public var libvirt: UInt
  /// Counted the same way.
  public var hypervisor: UInt

  /// Versions as libvirt counts them.
  public init(libvirt: UInt, hypervisor: UInt) {
    (self.libvirt, self.hypervisor) = (libvirt, hypervisor)
  }

  /// Asks the daemon behind a URI. Blocks.
  ///
  /// - Throws: `unavailable` when it does not answer.
  public static func read(uri: String) throws(RoostError) -> LibvirtVersions {
    let connection = try LibvirtConnection(uri: uri, lost: { _ in })
    defer { connection.close() }
    return try connection.use { (raw) throws(RoostError) in
      var versions = LibvirtVersions(libvirt: 0, hypervisor: 0)
      guard virConnectGetLibVersion(raw, &versions.libvirt) == 0 else {
        throw libvirtError("read libvirt's version")
      }
      guard virConnectGetVersion(raw, &versions.hypervisor) == 0 else {
        throw libvirtError("read the hypervisor's version")
      }
      return versions
    }
  }

  /// 9000000 is 9.0.0.
  public static func text(_ version: UInt) -> String {
    "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
  }
}
