// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

extension HTMLTimeline {
  /// The events as JSON that may stand within a `script` element.
  ///
  /// `kinds`, `actors` and `subjects` are what events name by number; `concerns` says which kinds may
  /// matter to every server; `failure` is the first finding's index or -1; each of `events` is
  /// [microseconds, actor, kind, subject or -1, text].
  var data: [UInt8] {
    let kinds = HistoryEvent.Kind.allCases
    let kindNumbers = numbers(kinds)
    let actors = inLaneOrder(history.events.map(\.actor))
    let actorNumbers = numbers(actors)
    let subjects = each(history.events.compactMap(\.subject))
    let subjectNumbers = numbers(subjects)
    let failure = history.events.firstIndex { $0.kind == .finding }
    var json = JSONWriter(capacity: 1 << 16)
    json.object { json in
      json.array("kinds") { for kind in kinds { $0.value(kind.rawValue) } }
      json.array("concerns") { for kind in kinds { $0.value(kind.concernsAll) } }
      json.array("actors") { for actor in actors { $0.value(actor) } }
      json.array("subjects") { for subject in subjects { $0.value(subject) } }
      json.field("failure", failure ?? -1)
      json.array("events") { json in
        for event in history.events {
          json.array {
            $0.value(event.at.microseconds)
            $0.value(actorNumbers[event.actor] ?? -1)
            $0.value(kindNumbers[event.kind] ?? -1)
            $0.value(event.subject.flatMap { subjectNumbers[$0] } ?? -1)
            $0.value(event.text)
          }
        }
      }
    }
    // In JSON `<` stands within strings only; without it no text can end the element or begin a comment.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(json.bytes.count)
    for byte in json.bytes {
      if byte == UInt8(ascii: "<") {
        bytes.append(contentsOf: #"\u003c"#.utf8)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}

/// Each once, in the order in which they first come.
private func each(_ texts: [String]) -> [String] {
  var seen: Set<String> = []
  return texts.filter { seen.insert($0).inserted }
}

private func numbers<Key: Hashable>(_ keys: [Key]) -> [Key: Int] {
  Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}

/// Each once: the controller, nodes by number, and then whoever else acts.
private func inLaneOrder(_ actors: [String]) -> [String] {
  let actors = each(actors)
  let processes = actors.compactMap { ProcessName($0) }.sorted().map(\.description)
  let known = Set(processes)
  return processes + actors.filter { !known.contains($0) }.sorted()
}
