// SPDX-License-Identifier: Apache-2.0

public import Base

/// What every disk must do, the machine's and the simulated one alike.
///
/// - Parameter root: an empty folder of it.
/// - Throws: `Broken`, naming the promise that was not kept.
public func requireDiskContract(_ disk: any Disk, root: String) async throws {
  let (folder, file) = ("\(root)/a/b", "\(root)/a/b/file")
  let absent = try disk.read(file, limit: 10)
  try await require(absent == nil, "what is not there is read as nothing")
  try disk.remove(file)
  try disk.removeFolder(folder)
  try await requireFailure(nil, "a file in a folder that is not there") {
    () throws(RoostError) in try disk.replace(file, with: [1], mode: 0o600)
  }
  try disk.makeFolder(folder, mode: 0o700)
  try disk.makeFolder(folder, mode: 0o700)
  let names = try (disk.list(root), disk.list("\(root)/a"), disk.list("\(root)/nowhere"))
  try await require(names == (["a"], ["b"], []), "folders are listed with their parents")

  try disk.replace(file, with: [1, 2, 3, 4, 5], mode: 0o600)
  try disk.replace("\(folder)/c", with: [], mode: 0o600)
  let parts = try (
    disk.read(file, limit: 5), disk.readStart(file, count: 2), disk.readEnd(file, count: 2)
  )
  try await require(parts == ([1, 2, 3, 4, 5], [1, 2], [4, 5]), "what was written is read")
  try await requireFailure(.tooLarge, "a file beyond the limit") { () throws(RoostError) in
    _ = try disk.read(file, limit: 4)
  }
  let sizes = try (disk.size(of: file), disk.size(of: "\(folder)/c"), disk.size(of: "\(root)/x"))
  try await require(sizes == (5, 0, nil), "sizes are those of the files")
  let there = try (disk.exists(file), disk.exists(folder), disk.exists("\(root)/x"))
  try await require(there == (true, true, false), "files and folders exist")

  let open = try disk.create("\(folder)/d", mode: 0o600)
  try open.append([1])
  try open.append([2])
  try open.flush()
  open.close()
  open.close()
  try disk.rename("\(folder)/d", to: file)
  let renamed = try (disk.read(file, limit: 10), disk.list(folder))
  try await require(renamed == ([1, 2], ["c", "file"]), "a file that is moved replaces another")
  try await requireFailure(nil, "the removal of a folder that is not empty") {
    () throws(RoostError) in try disk.removeFolder(folder)
  }
  try disk.remove(file)
  try disk.remove("\(folder)/c")
  try disk.removeFolder(folder)
  try disk.flushFolder("\(root)/a")
  try await requireFailure(nil, "the flush of a folder that is not there") {
    () throws(RoostError) in try disk.flushFolder(folder)
  }
  let left = try disk.list("\(root)/a")
  try await require(left.isEmpty, "what is removed is gone")
  let space = try disk.space(at: root)
  try await require(space.free <= space.total && space.total > 0, "space is counted")
}
