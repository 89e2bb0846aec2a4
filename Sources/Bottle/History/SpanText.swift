// SPDX-License-Identifier: Apache-2.0

import Base

extension Duration {
  /// A moment since the start of a run: hours, minutes, seconds and microseconds, `1:02:03.000450`.
  public var clockText: String {
    let total = microseconds
    let all = total.magnitude
    let seconds = all / 1_000_000
    return (total < 0 ? "-" : "")
      + "\(seconds / 3600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
      + ".\(padded(all % 1_000_000, 6))"
  }

  /// A span in the units that people use, exact to the microsecond: `250 µs`, `1.5 s`, `2 h 5 min`.
  public var text: String {
    let total = microseconds
    let all = total.magnitude
    let sign = total < 0 ? "-" : ""
    if all == 0 { return "0 s" }
    if all < 1000 { return "\(sign)\(all) µs" }
    if all < 1_000_000 { return "\(sign)\(decimal(all, 1000, digits: 3)) ms" }
    var parts: [String] = []
    let minutes = all / 60_000_000
    if minutes >= 60 { parts.append("\(minutes / 60) h") }
    if minutes % 60 > 0 { parts.append("\(minutes % 60) min") }
    let rest = all % 60_000_000
    if rest > 0 { parts.append("\(decimal(rest, 1_000_000, digits: 6)) s") }
    return sign + parts.joined(separator: " ")
  }
}

extension ClosedRange<Duration> {
  /// `10 ms to 2 s`, or the one span if there is one only.
  var text: String {
    lowerBound == upperBound ? lowerBound.text : "\(lowerBound.text) to \(upperBound.text)"
  }
}

private func padded(_ number: UInt64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// `amount / unit` without zeros at its end.
private func decimal(_ amount: UInt64, _ unit: UInt64, digits: Int) -> String {
  var fraction = padded(amount % unit, digits)
  while fraction.hasSuffix("0") { fraction.removeLast() }
  return "\(amount / unit)" + (fraction.isEmpty ? "" : ".\(fraction)")
}
