// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The target that ROOST_FUZZ names.
private let target: FuzzTarget = {
  let name = getenv("ROOST_FUZZ").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    print("ROOST_FUZZ is one of \(FuzzTarget.allCases.map(\.rawValue))")
    exit(2)
  }
  return target
}()

/// libFuzzer's main calls this with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: bytes, count: count))[...])
  return 0
}
