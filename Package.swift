// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Every Swift target is compiled alike: Swift 6 mode, no warning survives.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// A Debian C library, found through pkg-config where it ships a `.pc` file.
func cLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(
  _ name: String, path: String? = nil, exclude: [String] = [], resources: [Resource] = [],
  _ needs: [String]
) -> Target {
  .target(
    name: name, dependencies: needs.map { .init(stringLiteral: $0) },
    path: path ?? "Sources/\(name)", exclude: exclude, resources: resources,
    swiftSettings: strict)
}

func program(_ name: String, path: String, _ needs: [String]) -> Target {
  .executableTarget(
    name: name, dependencies: needs.map { .init(stringLiteral: $0) }, path: path,
    swiftSettings: strict)
}

func tests(_ name: String, exclude: [String] = [], _ needs: [String]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: needs.map { .init(stringLiteral: $0) },
    path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

let package = Package(
  name: "roost",
  targets: [
    // C libraries.
    cLibrary("CLibvirt", pkgConfig: "libvirt libvirt-qemu", apt: "libvirt-dev"),
    cLibrary("CNetlink", pkgConfig: "libnl-route-3.0", apt: "libnl-route-3-dev"),
    cLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    cLibrary("CGnuTLS", pkgConfig: "gnutls", apt: "libgnutls28-dev"),
    cLibrary("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
    cLibrary("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    cLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-gnutls-dev"),
    cLibrary("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    cLibrary("CSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
    cLibrary("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    cLibrary("CXML2", pkgConfig: "libxml-2.0", apt: "libxml2-dev"),
    .target(name: "CLinux", path: "Sources/CLinux"),

    // What both sides share.
    library("Base", ["CLinux"]),
    library("Log", ["CSystemd"]),
    library("Config", ["Base", "CYAML"]),
    library("JSON", ["Base"]),
    library("Crypto", ["Base", "CGnuTLS", "CSodium", "Lanes"]),
    library("Certificates", ["Base", "CGnuTLS"]),
    library("Lanes", ["Base", "CLinux"]),
    library("Processes", ["Base", "CLinux"]),
    library("EventLoop", ["Base", "CLinux"]),
    library("Doctor", ["Base", "Certificates", "CLinux", "JSON"]),
    library("Daemon", ["Base", "CSystemd", "EventLoop", "Log"]),
    library("Database", ["Base", "Lanes", "CSQLite"]),
    library(
      "HTTPServer", path: "Sources/HTTP/Server", ["Base", "CLinux", "CMicroHTTPD", "JSON", "Log"]),
    library("HTTPClient", path: "Sources/HTTP/Client", ["Base", "CCurl", "Lanes"]),
    library(
      "Wire", ["Base", "Certificates", "CGnuTLS", "CLinux", "EventLoop", "Lanes", "Log"]),
    library("NodeProtocol", exclude: ["proto"], ["Base", "Crypto", "Wire"]),
    library("StateDigest", ["Base", "Crypto", "NodeProtocol"]),
    library("ImageFormat", ["Base"]),
    library("Placement", ["Base"]),
    library("Invariants", ["Base"]),

    // The agent.
    library(
      "Hypervisor", path: "agent/Hypervisor",
      ["Base", "CLibvirt", "CLinux", "CXML2", "Lanes", "Log", "Processes"]),
    library("Switch", path: "agent/Switch", ["Base", "CLinux", "CNetlink", "Lanes", "Log"]),
    library(
      "Images", path: "agent/Images",
      ["Base", "CArchive", "Crypto", "ImageFormat", "Lanes", "Processes"]),
    library("Journal", path: "agent/Journal", ["Base", "Database", "NodeProtocol"]),
    library(
      "Reconciler", path: "agent/Reconciler",
      [
        "Base", "Hypervisor", "Images", "Journal", "Log", "NodeProtocol", "StateDigest", "Switch",
      ]),
    library(
      "AgentDaemon", path: "agent/Daemon",
      [
        "Base", "Certificates", "Config", "Daemon", "Doctor", "EventLoop", "HTTPClient",
        "Hypervisor", "Images", "Journal", "Lanes", "Log", "NodeProtocol", "Reconciler",
        "StateDigest", "Switch", "Wire",
      ]),
    program("roost-agent", path: "agent/Main", ["AgentDaemon"]),

    // The controller.
    library("CloudModel", path: "controller/Cloud/Model", ["Base"]),
    library(
      "Store", path: "controller/Store", ["Base", "CloudModel", "Database", "JSON"]),
    library(
      "Fleet", path: "controller/Fleet",
      ["Base", "CloudModel", "Log", "NodeProtocol", "StateDigest", "Wire"]),
    library(
      "Cloud", path: "controller/Cloud/Operations",
      [
        "Base", "Certificates", "CloudModel", "Crypto", "Database", "Fleet", "ImageFormat",
        "Invariants", "JSON", "Lanes", "Log", "NodeProtocol", "Placement", "StateDigest", "Store",
        "Wire",
      ]),
    library(
      "API", path: "controller/API",
      ["Base", "Cloud", "CloudModel", "Crypto", "HTTPServer", "Invariants", "JSON", "Log"]),
    library(
      "ControllerDaemon", path: "controller/Daemon",
      [
        "API", "Base", "Certificates", "Cloud", "CloudModel", "Config", "Crypto", "Daemon",
        "Database", "Doctor", "EventLoop", "Fleet", "HTTPServer", "JSON", "Lanes", "Log", "Store",
        "Wire",
      ]),
    program("roost-controller", path: "controller/Main", ["ControllerDaemon"]),

    // Nodes without hardware, for tests and measurements.
    library(
      "Simulation",
      [
        "AgentDaemon", "Base", "CSQLite", "EventLoop", "Hypervisor", "Images", "JSON", "Journal",
        "Lanes", "Log", "NodeProtocol", "Reconciler", "Switch", "Wire",
      ]),
    library(
      "Bottle",
      resources: [
        .embedInCode("History/Timeline/timeline.css"),
        .embedInCode("History/Timeline/timeline.js"),
      ],
      [
        "API", "AgentDaemon", "Base", "Cloud", "CloudModel", "ControllerDaemon", "Crypto",
        "Database",
        "EventLoop", "Fleet", "HTTPServer", "Hypervisor", "Invariants", "JSON", "Journal", "Lanes",
        "Log", "NodeProtocol", "Simulation", "Store", "Switch", "Wire",
      ]),

    // The operator's tools.
    program(
      "roostctl", path: "Sources/roostctl",
      ["Base", "Certificates", "Config", "HTTPClient", "JSON", "Lanes"]),
    library(
      "LocalCloud", ["Base", "EventLoop", "HTTPClient", "JSON", "Lanes", "Processes"]),
    program(
      "roost-bench", path: "Sources/roost-bench",
      [
        "AgentDaemon", "Base", "Bottle", "CGnuTLS", "CLinux", "Certificates", "CloudModel",
        "Database", "EventLoop", "Hypervisor", "JSON", "Journal", "Lanes", "LocalCloud", "Log",
        "NodeProtocol", "Placement", "Processes", "Simulation", "StateDigest", "Store", "Switch",
        "Wire",
      ]),

    // Tests mirror the above; Cluster drives whole processes from outside. Scratch is what tests
    // borrow from the machine and give back. TestSupport is what the tests of the controller share:
    // a controller in memory, nodes for it, an API caller.
    library("Scratch", path: "Tests/Scratch", ["Base", "Processes"]),
    library(
      "TestSupport", path: "Tests/Support",
      [
        "API", "Base", "Certificates", "Cloud", "CloudModel", "ControllerDaemon", "Crypto", "Fleet",
        "HTTPServer", "JSON", "Lanes", "Log", "NodeProtocol", "Scratch", "StateDigest", "Store",
        "Wire",
      ]),
    tests("Base", ["Base", "Scratch"]),
    tests("Log", ["Base", "Log"]),
    tests("Config", ["Base", "Config"]),
    tests("JSON", ["Base", "JSON"]),
    tests("Crypto", ["Base", "Crypto", "Lanes"]),
    tests("Certificates", ["Base", "Certificates", "Scratch"]),
    tests("Lanes", ["Base", "Lanes"]),
    tests("Doctor", ["Base", "Certificates", "Doctor", "JSON", "Scratch", "TestSupport"]),
    tests("EventLoop", ["Base", "EventLoop"]),
    tests("Daemon", ["Base", "Daemon", "EventLoop", "TestSupport"]),
    tests("Database", ["Base", "Database", "Scratch"]),
    tests("HTTP", ["Base", "HTTPClient", "HTTPServer", "Lanes", "Log", "Processes", "Scratch"]),
    tests(
      "Wire",
      ["Base", "Certificates", "Contracts", "EventLoop", "Lanes", "Log", "Scratch", "Wire"]),
    tests("NodeProtocol", exclude: ["Recorded"], ["Base", "NodeProtocol", "Processes", "Wire"]),
    library(
      "Contracts", path: "Tests/Contracts",
      ["Base", "Database", "EventLoop", "Hypervisor", "Journal", "NodeProtocol", "Wire"]),
    tests(
      "Simulation",
      [
        "Base", "Contracts", "Database", "EventLoop", "Hypervisor", "Images", "Journal", "Lanes",
        "Log", "NodeProtocol", "Reconciler", "Scratch", "Simulation", "Switch", "TestSupport",
        "Wire",
      ]),
    tests(
      "Bottle", exclude: ["Scenarios", "score", "twice"],
      ["Base", "Bottle", "Invariants", "JSON", "Simulation"]),
    tests("StateDigest", ["Base", "NodeProtocol", "StateDigest"]),
    tests("ImageFormat", ["Base", "ImageFormat"]),
    tests("Placement", ["Base", "Placement"]),
    tests("Invariants", ["Base", "Invariants"]),
    tests("Processes", ["Base", "Processes"]),
    tests(
      "Hypervisor",
      ["Base", "Contracts", "Hypervisor", "Lanes", "LocalCloud", "Log", "Processes", "Scratch"]),
    tests("Switch", ["Base", "Lanes", "Log", "Scratch", "Switch"]),
    tests("Images", ["Base", "Crypto", "Images", "Lanes", "Scratch"]),
    tests("Journal", ["Base", "Database", "Journal", "NodeProtocol", "Scratch"]),
    tests(
      "Reconciler",
      [
        "Base", "Crypto", "Hypervisor", "Images", "Journal", "Lanes", "Log", "NodeProtocol",
        "Reconciler", "Scratch", "Switch",
      ]),
    tests(
      "AgentDaemon",
      [
        "AgentDaemon", "Base", "Certificates", "Doctor", "Hypervisor", "Images", "Journal", "Lanes",
        "Log", "NodeProtocol", "Reconciler", "Scratch", "StateDigest", "Switch", "TestSupport",
        "Wire",
      ]),
    program(
      "store-writer", path: "Tests/StoreWriter", ["Base", "CloudModel", "Database", "Store"]),
    tests(
      "Store",
      [
        "Base", "CloudModel", "Database", "LocalCloud", "Processes", "Scratch", "Store",
        "TestSupport", "store-writer",
      ]),
    tests(
      "Fleet",
      [
        "Base", "CloudModel", "Fleet", "Log", "NodeProtocol", "StateDigest", "TestSupport", "Wire",
      ]),
    tests(
      "Cloud",
      [
        "Base", "Certificates", "Cloud", "CloudModel", "Database", "Fleet", "Invariants", "JSON",
        "Log", "NodeProtocol", "Placement", "Scratch", "StateDigest", "Store", "TestSupport",
        "Wire",
      ]),
    tests(
      "ControllerDaemon",
      [
        "Base", "Certificates", "Cloud", "CloudModel", "ControllerDaemon", "Crypto", "Database",
        "Doctor", "Lanes",
        "LocalCloud", "Log", "Processes", "Scratch", "Simulation", "Store", "TestSupport",
        "roost-controller", "roostctl",
      ]),
    tests(
      "API",
      [
        "API", "Base", "Cloud", "CloudModel", "Crypto", "Database", "HTTPServer", "JSON", "Lanes",
        "Log", "NodeProtocol", "Scratch", "Store", "TestSupport",
      ]),
    tests(
      "roostctl",
      [
        "API", "Base", "Cloud", "CloudModel", "Fleet", "HTTPServer", "JSON", "Lanes", "LocalCloud",
        "Log", "NodeProtocol", "Processes", "Scratch", "TestSupport", "roostctl",
      ]),
    tests(
      "Access",
      [
        "Base", "Certificates", "EventLoop", "JSON", "Lanes", "LocalCloud", "Log", "NodeProtocol",
        "Processes", "Scratch", "TestSupport", "Wire", "roost-agent", "roost-controller",
        "roostctl",
      ]),
    tests("Documentation", ["AgentDaemon", "Base", "ControllerDaemon", "NodeProtocol"]),
    tests("Guest", exclude: ["build", "files"], ["Base", "Images", "Scratch"]),
    tests(
      "Cluster", exclude: ["agent.py", "sdk_path.py"],
      ["Base", "Hypervisor", "JSON", "LocalCloud", "Processes", "Simulation"]),
  ]
)
