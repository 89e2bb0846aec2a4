// SPDX-License-Identifier: Apache-2.0

public import Base

/// An image: bytes a guest can boot from, and what is known of them.
public struct Image: Hashable, Sendable {
  /// Glance's words for where an image stands.
  public enum Status: String, Sendable {
    /// A record without bytes.
    case queued
    /// Bytes are arriving.
    case saving
    /// Complete and usable.
    case active
    /// Gone for users; its file may still be kept for a server that is being built.
    case deleted
  }

  /// Who may see it.
  public enum Visibility: String, Sendable, CaseIterable {
    /// Everyone; only an admin may make it so.
    case `public`
    /// Everyone who knows its id; lists name it only when asked for.
    case community
    /// Its owner, and members (there are none here).
    case shared
    /// Its owner.
    case `private`
  }

  public let id: ImageID
  /// The project it belongs to.
  public var owner: ProjectID
  /// Not unique.
  public var name: String?
  public var status: Status
  public var visibility: Visibility
  /// Refuses deletion.
  public var isProtected: Bool
  /// Left out of lists unless asked for.
  public var isHidden: Bool
  /// `qcow2` or `raw`; nil until named.
  public var diskFormat: String?
  /// `bare`; nil until named.
  public var containerFormat: String?
  /// A flavor needs at least as much root disk, in GB.
  public var minDiskGB: Int64
  /// A flavor needs at least as much memory, in MB.
  public var minMemoryMB: Int64
  /// What the bytes are; nil until they are there.
  public var content: ImageContent?
  /// In order, no repetition.
  public var tags: [String]
  /// Properties that users gave, sorted by key.
  public var properties: [Property]
  public let createdAt: Timestamp
  public var updatedAt: Timestamp

  /// Made from a request or a row.
  public init(
    id: ImageID, owner: ProjectID, name: String?, status: Status, visibility: Visibility,
    isProtected: Bool, isHidden: Bool, diskFormat: String?, containerFormat: String?,
    minDiskGB: Int64, minMemoryMB: Int64, content: ImageContent?, tags: [String],
    properties: [Property], createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.owner = owner
    self.name = name
    self.status = status
    self.visibility = visibility
    self.isProtected = isProtected
    self.isHidden = isHidden
    self.diskFormat = diskFormat
    self.containerFormat = containerFormat
    self.minDiskGB = minDiskGB
    self.minMemoryMB = minMemoryMB
    self.content = content
    self.tags = tags
    self.properties = properties
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// Whether a caller may know of it.
  public func isVisible(to caller: Caller) -> Bool {
    caller.isAdmin || owner == caller.project || visibility == .public || visibility == .community
  }
}

/// What an image's bytes are. Hashes are lower-case hex.
public struct ImageContent: Hashable, Sendable {
  /// Bytes in the file.
  public var size: Int64
  /// Bytes the guest sees.
  public var virtualSize: Int64
  /// Glance's `checksum`.
  public var md5: String
  /// What agents verify and name their cache by.
  public var sha256: String
  /// Glance's `os_hash_value`.
  public var sha512: String

  /// Made at the end of an upload or from a row.
  public init(size: Int64, virtualSize: Int64, md5: String, sha256: String, sha512: String) {
    self.size = size
    self.virtualSize = virtualSize
    self.md5 = md5
    self.sha256 = sha256
    self.sha512 = sha512
  }
}
