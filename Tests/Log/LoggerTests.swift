// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Testing

@Suite struct LoggerTests {
  @Test func carriesFieldsAndHidesSecrets() throws {
    let sink = CapturingSink()
    let log = Logger(sink).with([.node: "n1", .operation: "a"])
    log.info("token \(Secret("s3cret"))", [.operation: "b", .instance: "i1"])
    let record = try #require(sink.records.first)
    #expect(record.text == "token ***")
    #expect(record.fields == [.node: "n1", .operation: "b", .instance: "i1"])
  }

  @Test func dropsWhatIsBelowTheThresholdWithoutMakingItsText() {
    let sink = CapturingSink()
    let log = Logger(sink, threshold: .warning)
    func text() -> String {
      Issue.record("made the text of a dropped record")
      return ""
    }
    log.info(text())
    log.error("kept")
    #expect(sink.records.map(\.text) == ["kept"])
  }

  @Test func cutsLongTexts() throws {
    let sink = CapturingSink()
    Logger(sink).info(String(repeating: "x", count: 100_000))
    #expect(try #require(sink.records.first).text.utf8.count < 8300)
  }
}
