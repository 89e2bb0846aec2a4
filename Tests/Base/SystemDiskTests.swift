// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Scratch
import Testing

@Suite struct SystemDiskTests {
  let disk = SystemDisk()
  let temporary: TemporaryFolder
  let folder: String

  init() throws {
    temporary = try TemporaryFolder()
    folder = temporary.file("made")
  }

  @Test func replacesListsAndRemoves() throws {
    try disk.makeFolder("\(folder)/a/b", mode: 0o700)
    let path = "\(folder)/a/b/key"
    #expect(try disk.read(path, limit: 10) == nil)
    try disk.replace(path, with: [1, 2, 3], mode: 0o600)
    try disk.replace(path, with: [4], mode: 0o600)
    #expect(try disk.read(path, limit: 10) == [4])
    #expect(try disk.size(of: path) == 1)
    var info = stat()
    #expect(stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(try disk.list("\(folder)/a/b") == ["key"])
    try disk.rename(path, to: "\(folder)/a/moved")
    #expect(try disk.list("\(folder)/a") == ["b", "moved"])
    try disk.remove("\(folder)/a/moved")
    try disk.remove("\(folder)/a/moved")
    #expect(try disk.list("\(folder)/absent").isEmpty)
    #expect(try disk.space(at: folder).total > 0)
  }

  @Test func refusesFilesOverTheLimit() throws {
    try disk.makeFolder(folder, mode: 0o700)
    try disk.replace("\(folder)/big", with: Array(repeating: 0, count: 11), mode: 0o600)
    let error = #expect(throws: RoostError.self) { try disk.read("\(folder)/big", limit: 10) }
    #expect(error?.kind == .tooLarge)
  }

  @Test func keepsTheOldFileWhenTheNewCannotBeWritten() throws {
    try disk.makeFolder("\(folder)/held.new", mode: 0o700)
    try disk.replace("\(folder)/other", with: [7], mode: 0o600)
    #expect(throws: RoostError.self) {
      try disk.replace("\(folder)/held", with: [8], mode: 0o600)
    }
    #expect(try disk.read("\(folder)/held", limit: 10) == nil)
    #expect(try disk.read("\(folder)/other", limit: 10) == [7])
  }

  @Test func readsTheStartAndRemovesEmptyFolders() throws {
    try disk.makeFolder(folder, mode: 0o700)
    let path = "\(folder)/big"
    #expect(try disk.readStart(path, count: 4) == nil)
    try disk.replace(path, with: [1, 2, 3, 4, 5], mode: 0o600)
    #expect(try disk.readStart(path, count: 4) == [1, 2, 3, 4])
    #expect(try disk.readStart(path, count: 9) == [1, 2, 3, 4, 5])
    #expect(try disk.readEnd(path, count: 2) == [4, 5])
    #expect(try disk.readEnd(path, count: 9) == [1, 2, 3, 4, 5])
    #expect(throws: RoostError.self) { try disk.removeFolder(folder) }
    try disk.remove(path)
    try disk.removeFolder(folder)
    try disk.removeFolder(folder)
  }
}
