// SPDX-License-Identifier: Apache-2.0

import Base
import Contracts
import EventLoop
import Simulation
import Synchronization
import Testing
import Wire

/// A clause of the contract.
struct Clause: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let body: @Sendable (TransportContract) async throws -> Void

  /// An RST is sent once and may be lost, so the last clause is for networks that lose nothing.
  static let inAnyWeather = Array(all.dropLast())

  static let all = [
    Clause(testDescription: "bytes come in order, and then the end") {
      try await $0.bytesComeInOrderAndThenTheEnd()
    },
    Clause(testDescription: "a full one takes more when it has been read") {
      try await $0.aFullOneTakesMoreWhenItHasBeenRead()
    },
    Clause(testDescription: "both ends talk in turns") { try await $0.bothEndsTalkInTurns() },
    Clause(testDescription: "sending to who has gone fails") {
      try await $0.sendingToWhoHasGoneFails()
    },
    Clause(testDescription: "unread bytes are reported as a reset") {
      try await $0.unreadBytesAreReportedAsAReset()
    },
  ]
}

/// Simulated connections do what the kernel's do.
@Suite(.timeLimit(.minutes(10)))
struct TransportContractTests {
  @Test(arguments: Clause.all) func theKernelsSockets(_ clause: Clause) async throws {
    let loop = try EventLoop(name: "contract")
    defer { loop.stop() }
    let (near, far) = try SocketTransport.pair(on: loop)
    try await Task(executorPreference: loop) {
      try await clause.body(
        try TransportContract(near, far, randomness: SeededRandomness()))
    }.value
  }

  @Test(arguments: Clause.all) func simulatedOnesInFairWeather(_ clause: Clause) throws {
    try run(clause, seed: 1, Weather())
  }

  @Test(arguments: Clause.inAnyWeather, 1...5 as ClosedRange<UInt64>)
  func simulatedOnesInFoulWeather(_ clause: Clause, _ seed: UInt64) throws {
    try run(
      clause, seed: seed,
      Weather(
        delay: .milliseconds(1)...(.milliseconds(50)), loss: 250, duplication: 150, reordering: 250)
    )
  }

  private func run(_ clause: Clause, seed: UInt64, _ weather: Weather) throws {
    let scene = NetworkScene(seed: seed)
    // One process has both ends, as the kernel's have.
    let process = scene.process("both")
    let (near, far) = (scene.nodeFabric(process), scene.controllerFabric(process))
    try scene.run(process, within: .seconds(36_000)) {
      var arrivals = far.arrivals(at: NetworkScene.controller).makeAsyncIterator()
      let (dialled, _) = try await near.connect(to: NetworkScene.controller)
      let accepted = try #require(await arrivals.next()).transport
      _ = scene.network.begin(weather, in: .everywhere)
      try await clause.body(
        try TransportContract(dialled, accepted, randomness: SeededRandomness(seed: seed)))
    }
  }
}
