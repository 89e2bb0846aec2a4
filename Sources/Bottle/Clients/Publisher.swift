// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON
import Simulation

/// Somebody who brings out one image after the other, and takes old ones away: what is new no node has yet.
final class Publisher: Sendable {
  private static let patience = Duration.seconds(30)
  /// So many stay for a while.
  private static let kept = 4
  private static let path = "/image/v2/images"

  private let door: APIDoor
  private let clock: SimulatedClock
  private let randomness: SeededRandomness
  private let shelf: ImageShelf
  private let recorder: Recorder
  private let pause: Duration

  init(
    seed: UInt64, door: APIDoor, clock: SimulatedClock, shelf: ImageShelf, recorder: Recorder,
    pause: Duration
  ) {
    self.door = door
    self.clock = clock
    randomness = SeededRandomness(seed: seed)
    self.shelf = shelf
    self.recorder = recorder
    self.pause = pause
  }

  /// Goes on until `end`.
  func run(until end: Uptime) async {
    var number = 0
    while clock.uptime < end {
      let wait = Int64(randomness.number(below: UInt64(2 * pause.microseconds) + 1))
      try? await clock.sleep(for: .microseconds(wait))
      guard clock.uptime < end else { return }
      await bringOut(World.laterImages[number % World.laterImages.count])
      number += 1
      if let old = shelf.takeOldest(over: Self.kept) {
        _ = await ask(
          APIRequest("DELETE", "\(Self.path)/\(old)", as: NamedCallers.operator),
          "DELETE \(Self.path)/\(old)")
      }
    }
  }

  /// What is not answered is left as it is.
  private func bringOut(_ bytes: [UInt8]) async {
    let draft: JSONValue = [
      "name": "image", "visibility": "public", "disk_format": "raw", "container_format": "bare",
    ]
    let made = await ask(
      APIRequest("POST", Self.path, as: NamedCallers.operator, draft), "POST \(Self.path)")
    guard made?.status == 201, let id = made?.json["id"]?.text else { return }
    let file = "\(Self.path)/\(id)/file"
    let uploaded = await ask(
      APIRequest("PUT", file, as: NamedCallers.operator, bytes: bytes), "PUT \(file)")
    if uploaded?.status == 204 { shelf.add(id) }
  }

  private func ask(_ request: APIRequest, _ text: String) async -> HTTPResponse? {
    recorder.tell("publisher", .request, text)
    switch await door.send(request, patience: Self.patience) {
    case .answered(let response):
      recorder.tell("publisher", .answer, "\(response.status) \(text)")
      return response
    case .refused: recorder.tell("publisher", .answer, "no connection")
    case .timedOut: recorder.tell("publisher", .answer, "no answer")
    }
    return nil
  }
}
