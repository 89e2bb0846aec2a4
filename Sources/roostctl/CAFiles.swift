// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Glibc

/// Issues a certificate and writes what its owner needs into `--out`: `FILE.key`, `FILE.crt` and
/// the CA's certificate.
///
/// A pair that exists is kept, since somebody may be using it: another goes to another folder.
/// The certificate is written last, so that it stands only beside its own key.
func issueMember(
  _ subject: CertificateSubject, file: String, _ options: Options
) throws(RoostError) {
  let hosts = options.all("--host")
  for host in hosts { try checkHost(host) }
  try writeMember(file: file, options) { (authority) throws(RoostError) in
    try authority.issue(subject, hosts: hosts)
  }
}

/// Has the CA in `--folder` make a certificate and its key, and writes them as `issueMember` says.
func writeMember(
  file: String, _ options: Options,
  _ make: (CertificateAuthority) throws(RoostError) -> CertificateAuthority.Issued
) throws(RoostError) {
  let disk = SystemDisk()
  let folder = try absolutePath(try options.required("--folder"))
  let out = try absolutePath(try options.required("--out"))
  guard try disk.size(of: "\(out)/\(file).crt") == nil else {
    throw RoostError(.conflict, "\(out)/\(file).crt exists; choose another folder for --out.")
  }
  let authority = try CertificateAuthority(
    folder: folder, disk: disk, clock: SystemClock(), randomness: SystemRandomness())
  let trusted = "\(folder)/\(CertificateAuthority.certificateFile)"
  guard let root = try disk.read(trusted, limit: 1 << 20) else {
    throw RoostError(.notFound, "\(trusted) does not exist.")
  }
  let issued = try make(authority)
  try disk.makeFolder(out, mode: 0o755)
  try disk.replace(
    "\(out)/\(CertificateAuthority.certificateFile)", with: root, mode: 0o644)
  try disk.replace("\(out)/\(file).key", with: issued.key.exposed, mode: 0o600)
  try disk.replace("\(out)/\(file).crt", with: issued.certificate, mode: 0o644)
}

/// A path as the disk seam wants it: from the root.
func absolutePath(_ path: String) throws(RoostError) -> String {
  if path.hasPrefix("/") { return path }
  guard let here = getcwd(nil, 0) else { throw .system("getcwd", errno: errno) }
  defer { free(here) }
  return "\(String(cString: here))/\(path)"
}

/// Letters, digits, hyphens and dots, or an address.
private func checkHost(_ host: String) throws(RoostError) {
  let allowed = host.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }
  guard allowed, host.utf8.count <= 253 else {
    throw RoostError(
      .badRequest, "--host is \"\(host.prefix(253))\", which is no host name or address.",
      field: "--host")
  }
}
