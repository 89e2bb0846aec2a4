// SPDX-License-Identifier: Apache-2.0

public import Base
import HTTPClient
public import Images
import Lanes
import NodeProtocol

/// Fetches images over HTTP with a right that the controller grants for a short while.
public struct GrantedImages: ImageSource {
  private let link: ControllerLink
  private let caFile: String?

  /// - Parameter caFile: a PEM file of the authorities to trust; nil for the system's.
  public init(link: ControllerLink, caFile: String?) {
    self.link = link
    self.caFile = caFile
  }

  public func download(_ image: ImageReference, to file: any DiskFile) async throws(RoostError) {
    var request = GrantImageRequest()
    request.imageID = image.id
    let grant = try await link.call(
      ControllerMethods.GrantImage.self, request, timeout: .seconds(30))
    guard grant.sha256 == image.sha256, grant.sizeBytes == image.sizeBytes else {
      throw RoostError(
        .conflict, "The image \(image.id) has changed since the instance was placed here.")
    }
    // A lane of its own: one slow download must not hold up another image.
    let lane = Lane(name: "download")
    defer { lane.stop() }
    do throws(RoostError) {
      _ = try await HTTPClient(lane: lane, caFile: caFile)
        .download(grant.url, to: file, limit: image.sizeBytes)
    } catch {
      // The right may have run out on the way; the next attempt gets a new one.
      guard error.kind == .forbidden else { throw error }
      throw RoostError(
        .unavailable, "The image \(image.id) could not be fetched.", cause: error)
    }
  }
}
