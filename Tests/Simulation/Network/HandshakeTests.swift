// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Testing
import Wire

/// How connections are made on the simulated network, and how not.
@Suite struct HandshakeTests {
  private let scene = NetworkScene(weather: Weather(delay: .milliseconds(3)...(.milliseconds(3))))
  private let controller: SimulatedProcess
  private let node: SimulatedProcess
  private let fabric: any Fabric

  init() {
    controller = scene.process("controller")
    node = scene.process("node")
    fabric = scene.nodeFabric(node)
  }

  /// How long connecting took, in seconds, and what came of it.
  private func connect(
    to address: String = NetworkScene.controller
  ) throws -> (seconds: Double, outcome: String) {
    let begun = scene.time
    let outcome = try scene.run(node) { [fabric] in
      do {
        let (transport, identity) = try await fabric.connect(to: address)
        transport.close()
        return "\(identity)"
      } catch { return "\(error)" }
    }
    return (scene.time - begun, outcome)
  }

  /// Takes connections and says who comes.
  private func accept(_ notes: Notes) {
    let fabric = scene.controllerFabric(controller)
    controller.start { [timeline = scene.timeline] in
      for await arrival in fabric.arrivals(at: NetworkScene.controller) {
        let milliseconds = timeline.now.nanoseconds / 1_000_000
        notes.add(
          "\(arrival.identity.role) from \(arrival.address ?? "nowhere") at \(milliseconds)")
      }
    }
    scene.run(for: .zero)
  }

  @Test func takesARoundTripAndHalfOfOneMoreAtTheOtherEnd() throws {
    let notes = Notes()
    accept(notes)
    let (seconds, outcome) = try connect()
    #expect(seconds == 0.006 && outcome == "a controller")
    scene.run(for: .seconds(1))
    #expect(notes.all == ["node from 192.0.2.2 at 9"])
  }

  @Test func aMachineIsReachedByItsNameToo() throws {
    accept(Notes())
    #expect(try connect(to: "controller:7000").outcome == "a controller")
  }

  @Test func isRefusedWhereNobodyListens() throws {
    _ = scene.controllerFabric(controller)
    let (seconds, outcome) = try connect()
    #expect(seconds == 0.006 && outcome.contains("connection refused"))
    #expect(try connect(to: "192.0.2.1:7001").outcome.contains("connection refused"))
  }

  @Test func isRefusedOnceTheListenerHasGone() throws {
    let listening = scene.controllerFabric(controller)
    controller.start { [clock = scene.clock] in
      let arrivals = listening.arrivals(at: NetworkScene.controller)
      try? await clock.sleep(for: .seconds(5))
      withExtendedLifetime(arrivals) {}
    }
    #expect(try connect().outcome == "a controller")
    scene.run(for: .seconds(6))
    #expect(try connect().outcome.contains("connection refused"))
  }

  @Test func anUnknownHostAndAMalformedAddressAreRefusedAtOnce() throws {
    for address in ["198.51.100.1:7000", "nobody:1"] {
      let (seconds, outcome) = try connect(to: address)
      #expect(seconds == 0 && outcome.hasPrefix("unavailable") && outcome.contains("resolved"))
    }
    for address in ["192.0.2.1", "192.0.2.1:", "192.0.2.1:70000", "192.0.2.1:-1"] {
      let (seconds, outcome) = try connect(to: address)
      #expect(seconds == 0 && outcome.hasPrefix("badRequest") && outcome.contains("host:port"))
    }
  }

  @Test(arguments: CutDirection.allCases)
  func timesOutWhereTheWayIsCut(_ direction: CutDirection) throws {
    accept(Notes())
    scene.network.cut("controller", direction)
    let (seconds, outcome) = try connect()
    #expect(seconds == 10 && outcome.contains("connection timed out"))
    scene.network.heal("controller")
    #expect(try connect().outcome == "a controller")
  }

  @Test func timesOutWhereTheMachineHasNoPower() throws {
    accept(Notes())
    controller.kill()
    scene.network.lost("controller")
    #expect(try connect().seconds == 10)
    scene.network.booted("controller")
    #expect(try connect().outcome.contains("connection refused"))
  }

  @Test func aLostSYNIsSentAgain() throws {
    let notes = Notes()
    accept(notes)
    scene.network.cut("controller")
    scene.timeline.after(.milliseconds(1500)) { [network = scene.network] in
      network.heal("controller")
    }
    let (seconds, outcome) = try connect()
    // At 0, 1 and 3 seconds.
    #expect(abs(seconds - 3.006) < 0.0001 && outcome == "a controller")
    scene.run(for: .seconds(60))
    #expect(notes.all.count == 1)
  }

  @Test func whoeverLosesTheAnswerToItsSYNArrivesOnce() throws {
    let notes = Notes()
    accept(notes)
    scene.network.cut("controller", .outgoing)
    scene.timeline.after(.milliseconds(1500)) { [network = scene.network] in
      network.heal("controller")
    }
    #expect(try connect().outcome == "a controller")
    scene.run(for: .seconds(60))
    #expect(notes.all.count == 1)
  }

  @Test func whoIsHeardAndNeverAnsweredGivesUp() throws {
    accept(Notes())
    let network = scene.network
    let faults: [(Int64, @Sendable () -> Void)] = [
      (0, { network.cut("controller", .outgoing) }),
      // From here on a SYN is late, so that what acknowledges it goes out when the way is open.
      (
        500,
        {
          _ = network.begin(
            Weather(delay: .milliseconds(100)...(.milliseconds(100))), in: .from("node"))
        }
      ),
      (1050, { network.heal("controller") }),
      (
        1200,
        { [controller] in
          network.cut("controller")
          controller.kill()
          network.killed(controller)
        }
      ),
    ]
    for (milliseconds, fault) in faults {
      scene.timeline.after(.milliseconds(milliseconds), fault)
    }
    scene.run(for: .zero)
    let (seconds, outcome) = try connect()
    #expect(seconds == 10 && outcome.contains("connection timed out"))
  }

  @Test func aCancelledCallerGivesUpAtOnce() throws {
    accept(Notes())
    scene.network.cut("controller")
    let begun = scene.time
    let outcome = try scene.run(node) { [fabric, clock = scene.clock] in
      await withTaskGroup(of: String?.self) { group in
        group.addTask {
          do { _ = try await fabric.connect(to: NetworkScene.controller) } catch {
            return "\(error)"
          }
          return nil
        }
        try? await clock.sleep(for: .seconds(2))
        group.cancelAll()
        return await group.next() ?? nil
      }
    }
    #expect(outcome?.contains("cancelled") == true && abs(scene.time - begun - 2) < 0.001)
  }

  @Test func theLatestListenerHasThePort() throws {
    let (first, second) = (Notes(), Notes())
    accept(first)
    accept(second)
    #expect(try connect().outcome == "a controller")
    scene.run(for: .seconds(1))
    #expect(first.all.isEmpty && second.all.count == 1)
  }
}
