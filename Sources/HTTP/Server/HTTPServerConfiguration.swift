// SPDX-License-Identifier: Apache-2.0

/// Where a server listens and what it bears.
public struct HTTPServerConfiguration: Sendable {
  /// A numeric address with port, like `127.0.0.1:8770` or `[::1]:8770`. Port 0 picks a free one.
  public var address: String
  /// Certificate and key; nil serves plain HTTP.
  public var tls: TLSFiles?
  /// Connections at once; one more waits in the kernel's queue.
  public var connectionLimit: UInt32 = 1024
  /// Connections at once from one address; 0 for no limit of its own.
  public var connectionLimitPerPeer: UInt32 = 0
  /// Seconds without a byte after which a connection is closed.
  public var idleTimeout: UInt32 = 75
  /// Bytes of memory for a request's line and headers; more is answered 431.
  public var headLimit: Int = 65536
  /// Threads that read and write.
  public var threads: UInt32 = 4

  /// The PEM files of a TLS server.
  public struct TLSFiles: Sendable {
    /// The certificate chain, the server's own first.
    public var certificatePath: String
    /// Its private key, unencrypted.
    public var keyPath: String

    /// Names both files.
    public init(certificatePath: String, keyPath: String) {
      self.certificatePath = certificatePath
      self.keyPath = keyPath
    }
  }

  /// The defaults at an address.
  public init(address: String, tls: TLSFiles? = nil) {
    self.address = address
    self.tls = tls
  }
}
