// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import HTTPServer

extension ImageAPI {
  var fileRoutes: [Route] {
    [
      Route("PUT", "/v2/images/{image}/file", body: .stream) { (context) throws(RoostError) in
        let id = try context.imageID()
        try context.requireContentType("application/octet-stream")
        guard case .pieces(let pieces) = context.body else {
          throw RoostError(.badRequest, "The image's bytes are missing.")
        }
        try await images.upload(
          id, announced: context.head.header("Content-Length").flatMap { Int64($0) },
          try context.caller()
        ) { () throws(RoostError) in try await pieces.next() }
        return .empty()
      },
      Route("GET", "/v2/images/{image}/file") { (context) throws(RoostError) in
        guard let file = try await images.file(try context.imageID(), try context.caller()) else {
          return .empty()
        }
        return Self.response(file)
      },
      // Agents have no token; the grant in the path is their right.
      Route("GET", "/v2/grants/{grant}", access: .open) { (context) throws(RoostError) in
        Self.response(try await images.file(granted: context.capture("grant")))
      },
    ]
  }

  private static func response(_ file: ImageFile) -> HTTPResponse {
    HTTPResponse(
      status: 200,
      headers: [
        ("Content-Type", "application/octet-stream"), ("Content-MD5", file.content.md5),
      ],
      body: .file(path: file.path, size: UInt64(clamping: file.content.size)))
  }
}
