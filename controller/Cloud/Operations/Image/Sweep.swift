// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
import Database
import Log
import Store

extension ImageService {
  /// Removes the files of deleted images that no server is being built from, and then their rows.
  /// What can't be removed now is tried again at the next call.
  public func sweep() async {
    do throws(RoostError) {
      let unneeded = try await store.read { (tx) throws(RoostError) -> [ImageID] in
        var unneeded: [ImageID] = []
        for image in try tx.deletedImages() where try !tx.isBuilding(from: image.id) {
          unneeded.append(image.id)
        }
        return unneeded
      }
      for id in unneeded {
        let (disk, path) = (disk, path(id))
        try await onLane(id, "remove an image's file") { () throws(RoostError) in
          try disk.remove(path)
        }
        try await store.write { (tx) throws(RoostError) in try tx.forgetImage(id) }
      }
    } catch {
      log.warning("files of deleted images could not be removed: \(error)")
    }
  }

  /// Clears away what a crash left: uploads under way begin anew, files without a record go.
  /// Called once, before requests are served.
  public func recover() async throws(RoostError) {
    let kept = try await store.write { (tx) throws(RoostError) -> [String] in
      try tx.requeueUploads()
      return try (tx.images() + tx.deletedImages()).filter { $0.content != nil }
        .map(\.id.description)
    }
    let known = Set(kept)
    for name in try disk.list(settings.folder) where !known.contains(name) {
      try disk.remove("\(settings.folder)/\(name)")
    }
    await sweep()
  }
}
