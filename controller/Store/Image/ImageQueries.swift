// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// All images that are not deleted, newest first.
  public func images() throws(RoostError) -> [Image] {
    try rows("SELECT * FROM images WHERE deleted_at IS NULL ORDER BY created_at DESC, number DESC")
      .map(Image.init(row:))
  }

  /// An image by id; with `deleted`, also one whose file is kept for a server that is being built.
  public func image(_ id: ImageID, deleted: Bool = false) throws(RoostError) -> Image? {
    try row(
      "SELECT * FROM images WHERE id = ? AND (deleted_at IS NULL OR ?)", .id(id), .bool(deleted)
    ).map(Image.init(row:))
  }

  /// Deleted images whose files may still be there, oldest first.
  public func deletedImages() throws(RoostError) -> [Image] {
    try rows("SELECT * FROM images WHERE deleted_at IS NOT NULL ORDER BY number")
      .map(Image.init(row:))
  }

  /// Adds an image. A known id is a `conflict`.
  public func insert(_ image: Image) throws(RoostError) {
    try run(
      """
      INSERT INTO images (id, owner_id, name, status, visibility, is_protected, is_hidden,
        disk_format, container_format, min_disk_gb, min_memory_mb, size, virtual_size, md5, sha256,
        sha512, tags, properties, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, values: [.id(image.id)] + image.changingColumns(createdAt: true))
  }

  /// Writes what may change of an image.
  public func update(_ image: Image) throws(RoostError) {
    try run(
      """
      UPDATE images SET owner_id = ?, name = ?, status = ?, visibility = ?, is_protected = ?,
        is_hidden = ?, disk_format = ?, container_format = ?, min_disk_gb = ?, min_memory_mb = ?,
        size = ?, virtual_size = ?, md5 = ?, sha256 = ?, sha512 = ?, tags = ?, properties = ?,
        updated_at = ?, generation = generation + 1
      WHERE id = ?
      """, values: image.changingColumns(createdAt: false) + [.id(image.id)])
  }

  /// Hides an image from users; its row stays until `forgetImage`.
  public func deleteImage(_ id: ImageID, at time: Timestamp) throws(RoostError) {
    try run(
      """
      UPDATE images SET status = 'deleted', deleted_at = ?, generation = generation + 1
      WHERE id = ?
      """, .time(time), .id(id))
  }

  /// Removes the row of a deleted image.
  public func forgetImage(_ id: ImageID) throws(RoostError) {
    try run("DELETE FROM images WHERE id = ? AND deleted_at IS NOT NULL", .id(id))
  }

  /// Whether a server is being built from an image, so that its node may still fetch the bytes.
  public func isBuilding(from image: ImageID) throws(RoostError) -> Bool {
    try row(
      "SELECT 1 FROM instances WHERE image_id = ? AND vm_state = ? LIMIT 1", .id(image),
      .text(VMState.building.rawValue)) != nil
  }

  /// Uploads that a crash cut short begin anew: their images are queued again.
  public func requeueUploads() throws(RoostError) {
    try run("UPDATE images SET status = 'queued' WHERE status = 'saving'")
  }
}

extension Image {
  fileprivate func changingColumns(createdAt withCreation: Bool) -> [SQLValue] {
    var columns: [SQLValue] = [
      .id(owner), SQLValue(name), .text(status.rawValue), .text(visibility.rawValue),
      .bool(isProtected), .bool(isHidden), SQLValue(diskFormat), SQLValue(containerFormat),
      .integer(minDiskGB), .integer(minMemoryMB), SQLValue(content?.size),
      SQLValue(content?.virtualSize), SQLValue(content?.md5), SQLValue(content?.sha256),
      SQLValue(content?.sha512), packed(tags), packed(properties),
    ]
    if withCreation { columns.append(.time(createdAt)) }
    return columns + [.time(updatedAt)]
  }

  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), owner: try row.id("owner_id"), name: try row.optionalText("name"),
      status: try row.word("status"), visibility: try row.word("visibility"),
      isProtected: try row.bool("is_protected"), isHidden: try row.bool("is_hidden"),
      diskFormat: try row.optionalText("disk_format"),
      containerFormat: try row.optionalText("container_format"),
      minDiskGB: try row.integer("min_disk_gb"), minMemoryMB: try row.integer("min_memory_mb"),
      content: try ImageContent(row: row),
      tags: try row.texts("tags"), properties: try row.properties("properties"),
      createdAt: try row.time("created_at"), updatedAt: try row.time("updated_at"))
  }
}

extension ImageContent {
  fileprivate init?(row: Row) throws(RoostError) {
    guard let size = try row.optionalInteger("size") else { return nil }
    self.init(
      size: size, virtualSize: try row.integer("virtual_size"), md5: try row.text("md5"),
      sha256: try row.text("sha256"), sha512: try row.text("sha512"))
  }
}
