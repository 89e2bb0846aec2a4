// SPDX-License-Identifier: Apache-2.0

public import AgentDaemon
public import Base
public import Images
import NodeProtocol
import Wire

/// Image bytes without HTTP: asks the controller for the right to fetch them, as a node must, and takes
/// them from memory.
public struct SimulatedImages: ImageSource {
  private let link: ControllerLink
  private let conduct: Conduct
  private let contents: [String: [UInt8]]

  /// - Parameter contents: what there is to fetch, by SHA-256.
  public init(_ contents: [String: [UInt8]], link: ControllerLink, conduct: Conduct) {
    self.contents = contents
    self.link = link
    self.conduct = conduct
  }

  public func download(_ image: ImageReference, to file: any DiskFile) async throws(RoostError) {
    var request = GrantImageRequest()
    request.imageID = image.id
    let grant = try await link.call(
      ControllerMethods.GrantImage.self, request, timeout: .seconds(30))
    guard grant.sha256 == image.sha256, let bytes = contents[image.sha256] else {
      throw RoostError(.notFound, "The image \(image.id) is nowhere to be had.")
    }
    try await conduct.carryOut("images.download") { isTrue throws(RoostError) in
      // A lie is an image whose bytes are not its own.
      try file.append(isTrue ? bytes : bytes.map { ~$0 })
    }
  }
}

/// Root disks that are there and hold nothing.
public struct SimulatedOverlays: OverlayMaking {
  private let disk: any Disk

  /// - Parameter disk: where the files go.
  public init(on disk: any Disk) { self.disk = disk }

  public func makeOverlay(_ path: String, on base: CachedImage, bytes: UInt64) throws(RoostError) {
    try disk.replace(path, with: Array("\(bytes) on \(base.path)".utf8), mode: 0o600)
  }
}
