// SPDX-License-Identifier: Apache-2.0

public import Base
import CGnuTLS
import Synchronization

/// A hash over bytes that arrive in pieces, by GnuTLS.
public final class Digest: Sendable {
  /// The hashes that image services and their clients speak of.
  public enum Algorithm: String, Sendable, CaseIterable {
    /// A checksum only; broken as a proof.
    case md5
    case sha256
    case sha512
  }

  /// What is computed.
  public let algorithm: Algorithm
  private let state: Mutex<State>

  private struct State: @unchecked Sendable {
    // Touched under the lock only; nil once finished.
    var handle: gnutls_hash_hd_t?
    var result: [UInt8] = []
  }

  /// Starts a hash.
  ///
  /// - Throws: `internal` where the machine's policy forbids the algorithm.
  public init(_ algorithm: Algorithm) throws(RoostError) {
    self.algorithm = algorithm
    var handle: gnutls_hash_hd_t?
    let code = gnutls_hash_init(&handle, algorithm.gnutls)
    guard code == 0 else {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator:
          "gnutls_hash_init for \(algorithm.rawValue): \(String(cString: gnutls_strerror(code)))")
    }
    state = Mutex(State(handle: handle))
  }

  deinit {
    state.withLock { if let handle = $0.handle { gnutls_hash_deinit(handle, nil) } }
  }

  /// Takes the next bytes. Without effect after `finish`.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    let address = UInt(bitPattern: bytes.baseAddress)
    let count = bytes.count
    state.withLock {
      guard let handle = $0.handle, count > 0 else { return }
      gnutls_hash(handle, UnsafeRawPointer(bitPattern: address), count)
    }
  }

  /// Takes the next bytes. Without effect after `finish`.
  public func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The hash of all bytes. A second call returns the same.
  public func finish() -> [UInt8] {
    let algorithm = algorithm
    return state.withLock {
      if let handle = $0.handle {
        var result = [UInt8](repeating: 0, count: Int(gnutls_hash_get_len(algorithm.gnutls)))
        gnutls_hash_deinit(handle, &result)
        $0.handle = nil
        $0.result = result
      }
      return $0.result
    }
  }

  /// `finish` in lower-case hexadecimal.
  public func finishHex() -> String { finish().hexText }

  /// The hash of bytes that are all there, in lower-case hexadecimal.
  public static func hex(_ algorithm: Algorithm, _ bytes: [UInt8]) throws(RoostError) -> String {
    let digest = try Digest(algorithm)
    digest.update(bytes)
    return digest.finishHex()
  }
}

extension Digest.Algorithm {
  fileprivate var gnutls: gnutls_digest_algorithm_t {
    switch self {
    case .md5: GNUTLS_DIG_MD5
    case .sha256: GNUTLS_DIG_SHA256
    case .sha512: GNUTLS_DIG_SHA512
    }
  }
}
