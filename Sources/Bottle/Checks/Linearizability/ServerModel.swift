// SPDX-License-Identifier: Apache-2.0

/// What there is to know of one server, if all operations on it happened one after the other.
///
/// A server comes once. After its deletion was accepted it may be seen or not, until it was not seen: from
/// then on it is gone.
enum ServerModel: Hashable, Sendable {
  case absent
  case present(String)
  case deleting(String)
  case gone

  /// The state after an operation with this answer; nil where there can be no such answer.
  func after(_ request: ClientRequest, _ answer: ClientAnswer) -> ServerModel? {
    switch (request, answer) {
    case (_, .refused): self
    case (.create(let name), .done): self == .absent ? .present(name) : nil
    case (.rename(let name), .done): renamed(name)
    case (.delete, .done): deleted
    case (.get, .found(let name)), (.list, .found(let name)): shows(name) ? self : nil
    case (.create, .absent): nil
    case (_, .absent): unseen
    case (_, .found), (.get, .done), (.list, .done): nil
    }
  }

  /// The state after an operation whose answer nobody knows took effect; nil where it has none.
  func after(_ request: ClientRequest) -> ServerModel? {
    switch request {
    case .get, .list: nil
    case .create, .rename, .delete: after(request, .done)
    }
  }

  private func shows(_ name: String?) -> Bool {
    switch self {
    case .present(let known), .deleting(let known): name == nil || name == known
    case .absent, .gone: false
    }
  }

  private func renamed(_ name: String) -> ServerModel? {
    switch self {
    case .present: .present(name)
    case .deleting: .deleting(name)
    case .absent, .gone: nil
    }
  }

  private var deleted: ServerModel? {
    switch self {
    case .present(let name), .deleting(let name): .deleting(name)
    case .absent, .gone: nil
    }
  }

  private var unseen: ServerModel? {
    switch self {
    case .absent: .absent
    case .present: nil
    case .deleting, .gone: .gone
    }
  }
}
