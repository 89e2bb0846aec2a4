// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Crypto
import Database
import Store

/// A right to fetch one image without a token, for a short time.
public struct ImageGrant: Sendable {
  /// The last part of the URL.
  public let token: String
  /// What it opens.
  public let content: ImageContent
}

/// Where an image's bytes are.
public struct ImageFile: Sendable {
  public let path: String
  public let content: ImageContent
}

extension ImageService {
  /// The bytes of an image; nil for one that has none yet.
  public func file(_ id: ImageID, _ caller: Caller) async throws(RoostError) -> ImageFile? {
    let image = try await image(id, caller)
    guard image.status == .active, let content = image.content else { return nil }
    return ImageFile(path: path(id), content: content)
  }

  /// Lets an agent fetch an image, deleted ones included while a server is being built from them.
  public func grant(_ id: ImageID) async throws(RoostError) -> ImageGrant {
    let image = try await store.read { (tx) throws(RoostError) in
      try tx.image(id, deleted: true)
    }
    guard let content = image?.content else { throw Self.unknown(id) }
    let expires = clock.now + settings.grantLifetime
    let plain = id.uuidBytes + withUnsafeBytes(of: expires.microseconds.bigEndian) { Array($0) }
    let sealed = seal.seal(plain, context: Self.grantContext, randomness: randomness)
    return ImageGrant(token: Base64.url.encode(sealed), content: content)
  }

  /// The bytes that a grant opens.
  ///
  /// - Throws: `.unauthorized` for one that is forged or has expired.
  public func file(granted token: String) async throws(RoostError) -> ImageFile {
    let refused = RoostError(.unauthorized, "The image grant is not valid or has expired.")
    guard token.utf8.count <= 512, let sealed = Base64.url.decode(token),
      let plain = try? seal.open(sealed, context: Self.grantContext), plain.count == 24,
      let id = ImageID(uuidBytes: Array(plain[..<16]))
    else { throw refused }
    let expires = plain[16...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard clock.now.microseconds < Int64(clamping: expires) else { throw refused }
    let image = try await store.read { (tx) throws(RoostError) in
      try tx.image(id, deleted: true)
    }
    guard let content = image?.content else { throw Self.unknown(id) }
    return ImageFile(path: path(id), content: content)
  }

  private static let grantContext = Array("roost image grant 1".utf8)
}
