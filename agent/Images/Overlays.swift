// SPDX-License-Identifier: Apache-2.0

public import Base
import Processes

/// The seam for what makes root disks.
public protocol OverlayMaking: Sendable {
  /// Makes a disk whose content is that of a base image until it is written to. Blocks.
  ///
  /// - Parameters:
  ///   - path: where the file goes; there is none yet, its folder is there.
  ///   - bytes: what the guest sees, at least the image's.
  func makeOverlay(_ path: String, on base: CachedImage, bytes: UInt64) throws(RoostError)
}

/// Makes qcow2 files:
///
///     qemu-img create -f qcow2 -F FORMAT -b BASE DISK SIZE
public struct QEMUImageTool: OverlayMaking {
  private static let tool = "/usr/bin/qemu-img"
  private static let deadline = Duration.seconds(60)
  private let disk: any Disk
  private let clock: any Clock

  /// - Parameter clock: for the child's deadline.
  public init(disk: any Disk, clock: any Clock) {
    self.disk = disk
    self.clock = clock
  }

  public func makeOverlay(
    _ path: String, on base: CachedImage, bytes: UInt64
  ) throws(RoostError) {
    let child = ChildProcess(
      Self.tool,
      [
        "create", "-q", "-f", "qcow2", "-F", base.format.rawValue, "-b", base.path, path,
        String(bytes),
      ])
    let result = try child.run(timeout: Self.deadline, clock: clock)
    guard result.succeeded else {
      let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      let isFull = try disk.space(at: String(folder)).free < 1 << 20
      throw RoostError(
        .internal,
        "The root disk could not be created" + (isFull ? ": the node's disk is full." : "."),
        operator: "qemu-img \(result.end): \(String(decoding: result.errors, as: UTF8.self))")
    }
  }
}
