// SPDX-License-Identifier: Apache-2.0

public import Base
public import HTTPServer
internal import JSON

/// Turns an error into the form that a service's clients read. The only place that does.
public enum Faults {
  /// The status code of an error.
  public static func status(_ kind: RoostError.Kind) -> Int {
    switch kind {
    case .badRequest: 400
    case .unauthorized: 401
    case .forbidden, .overQuota: 403
    case .notFound: 404
    case .notAllowed: 405
    case .notAcceptable: 406
    case .conflict: 409
    case .tooLarge: 413
    case .internal: 500
    case .unavailable: 503
    case .deadlineExceeded: 504
    // nginx's number for "the client closed the request"; nobody is left to read it.
    case .cancelled: 499
    }
  }

  /// The whole answer for an error.
  public static func response(_ error: RoostError, service: APIService) -> HTTPResponse {
    // Neutron says over quota with 409.
    let status = error.kind == .overQuota && service == .network ? 409 : status(error.kind)
    switch service {
    case .compute, .volume: return nova(error, status)
    case .identity: return keystone(error, status)
    case .network: return neutron(error, status)
    case .image: return glance(error, status)
    case .placement, .operator: return placement(error, status)
    }
  }

  /// Nova: `{"itemNotFound": {"code": 404, "message": …}}`. Source: nova/api/openstack/wsgi.py.
  private static func nova(_ error: RoostError, _ status: Int) -> HTTPResponse {
    // Nova speaks of quota with 403 and "forbidden"; of size and rate with 413 and "overLimit".
    let name =
      switch status {
      case 400: "badRequest"
      case 401: "unauthorized"
      case 403: "forbidden"
      case 404: "itemNotFound"
      case 405: "badMethod"
      case 406: "computeFault"
      case 409: "conflictingRequest"
      case 413: "overLimit"
      case 503: "serviceUnavailable"
      default: "computeFault"
      }
    return .json(status) {
      $0.object(name) {
        $0.field("code", status)
        $0.field("message", error.user)
      }
    }
  }

  /// Keystone: `{"error": {"code": 404, "message": …, "title": "Not Found"}}`.
  private static func keystone(_ error: RoostError, _ status: Int) -> HTTPResponse {
    .json(status) {
      $0.object("error") {
        $0.field("code", status)
        $0.field("message", error.user)
        $0.field("title", title(status))
      }
    }
  }

  /// Neutron: `{"NeutronError": {"type": …, "message": …, "detail": ""}}`.
  private static func neutron(_ error: RoostError, _ status: Int) -> HTTPResponse {
    // Clients read the type only to print it, except the over-quota one, which tests look for.
    let type =
      switch error.kind {
      case .overQuota: "OverQuota"
      case .notFound: "HTTPNotFound"
      case .conflict: "Conflict"
      case .forbidden: "PolicyNotAuthorized"
      case .unauthorized: "HTTPUnauthorized"
      case .badRequest: "HTTPBadRequest"
      default: "HTTPInternalServerError"
      }
    return .json(status) {
      $0.object("NeutronError") {
        $0.field("type", type)
        $0.field("message", error.user)
        $0.field("detail", "")
      }
    }
  }

  /// Glance answers an HTML page; openstacksdk strips its tags and prints the rest.
  private static func glance(_ error: RoostError, _ status: Int) -> HTTPResponse {
    let title = "\(status) \(title(status))"
    let page =
      "<html>\n <head>\n  <title>\(title)</title>\n </head>\n <body>\n  <h1>\(title)</h1>\n  "
      + "\(htmlEscaped(error.user))<br /><br />\n\n\n </body>\n</html>"
    return HTTPResponse(
      status: status, headers: [("Content-Type", "text/html; charset=UTF-8")],
      body: .bytes(Array(page.utf8)))
  }

  /// Placement, and ours alike: `{"errors": [{"status", "title", "detail"}]}`.
  private static func placement(_ error: RoostError, _ status: Int) -> HTTPResponse {
    .json(status) {
      $0.array("errors") {
        $0.object {
          $0.field("status", status)
          $0.field("title", title(status))
          $0.field("detail", error.user)
        }
      }
    }
  }

  private static func htmlEscaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  private static func title(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 409: "Conflict"
    case 413: "Request Entity Too Large"
    case 499: "Client Closed Request"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "Internal Server Error"
    }
  }
}
