// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"),
    (951_782_400, "2000-02-29T00:00:00Z"),
    (1_709_251_199, "2024-02-29T23:59:59Z"),
    (4_107_542_400, "2100-03-01T00:00:00Z"),
    (-1, "1969-12-31T23:59:59Z"),
  ])
  func printsCivilTime(_ seconds: Int64, _ text: String) {
    #expect(Timestamp(microseconds: seconds * 1_000_000).iso8601 == text)
  }

  @Test func printsMicroseconds() {
    let time = Timestamp(microseconds: 1_000_042)
    #expect(time.iso8601Microseconds == "1970-01-01T00:00:01.000042Z")
    #expect(time.iso8601Zoneless == "1970-01-01T00:00:01.000042")
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00", 951_782_400_000_000),
    ("2100-03-01T00:00:00Z", 4_107_542_400_000_000), ("1969-12-31T23:59:59Z", -1_000_000),
    ("1970-01-01T00:00:01.5Z", 1_500_000), ("1970-01-01 00:00:01.000042", 1_000_042),
    ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:30:00-0430", 0),
  ])
  func readsCivilTime(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(iso8601: text) == Timestamp(microseconds: microseconds))
  }

  @Test(arguments: [
    "", "today", "1970-01-01", "1970-1-1T00:00:00", "1970-13-01T00:00:00", "1970-01-01T24:00:00",
    "1970-01-01T00:00:00.", "1970-01-01T00:00:00.1234567", "1970-01-01T00:00:00X",
    "1970-01-01T00:00:00+1", "1970-01-01T00:00:00Zz", "1970-01-01T00:00:00+24:00",
  ])
  func refusesWhatIsNoTime(_ text: String) {
    #expect(Timestamp(iso8601: text) == nil)
  }

  @Test func addsSpans() {
    #expect(Timestamp(microseconds: 5) + .seconds(2) == Timestamp(microseconds: 2_000_005))
    let boot = Uptime(nanoseconds: 500)
    #expect(boot + .seconds(-1) == Uptime(nanoseconds: 0))
    #expect(boot + .nanoseconds(-1) == Uptime(nanoseconds: 499))
    let later = Uptime(nanoseconds: 3_000_000_001)
    #expect(boot + (later - boot) == later)
    #expect((boot + .milliseconds(3)) - boot == .milliseconds(3))
  }

  @Test func systemClockMovesForward() async throws {
    let clock = SystemClock()
    let before = clock.uptime
    try await clock.sleep(for: .milliseconds(2))
    #expect(clock.uptime - before >= .milliseconds(2))
    #expect(clock.now > Timestamp(microseconds: 1_700_000_000_000_000))
  }
}
