// SPDX-License-Identifier: Apache-2.0

public import Base
import Processes

/// Runs a program to its end and returns what it prints. Blocks.
///
/// - Throws: when it does not exit with 0.
@discardableResult
public func command(_ program: String, _ arguments: String...) throws(RoostError) -> String {
  try command(program, arguments)
}

/// Runs a program to its end and returns what it prints. Blocks.
///
/// - Throws: when it does not exit with 0 in time.
@discardableResult
public func command(
  _ program: String, _ arguments: [String], timeout: Duration = .seconds(60)
) throws(RoostError) -> String {
  try ChildProcess(program, arguments).text(timeout: timeout, clock: SystemClock())
}
