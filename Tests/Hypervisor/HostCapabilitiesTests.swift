// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Hypervisor

@Suite struct HostCapabilitiesTests {
  private let capabilities = """
    <capabilities><host>
      <cpu><arch>x86_64</arch><model>EPYC-Rome</model><vendor>AMD</vendor>
        <topology sockets='1' dies='1' cores='2' threads='2'/></cpu>
      <topology><cells num='3'>
        <cell id='1'><memory unit='KiB'>2097152</memory>
          <cpus num='2'><cpu id='3'/><cpu id='1'/></cpus></cell>
        <cell id='0'><memory unit='KiB'>1048575</memory>
          <cpus num='2'><cpu id='0'/><cpu id='2'/></cpus></cell>
        <cell id='2'><memory unit='KiB'>4096</memory><cpus num='0'/></cell>
      </cells></topology>
    </host></capabilities>
    """

  @Test func readsTheHost() throws {
    let host = try HostCapabilities(xml: capabilities)
    #expect(host.architecture == "x86_64")
    #expect(host.cpuModel == "EPYC-Rome")
    #expect(host.cpuVendor == "AMD")
    #expect(host.hyperthreading)
    #expect(
      host.numaNodes == [
        .init(id: 0, cpus: [0, 2], memoryMB: 1023), .init(id: 1, cpus: [1, 3], memoryMB: 2048),
      ])
  }

  @Test func livesWithABareDocument() throws {
    let host = try HostCapabilities(xml: "<capabilities/>")
    #expect(host.numaNodes.isEmpty)
    #expect(!host.hyperthreading)
  }

  @Test func describesTheGuestsCPUForExpansion() throws {
    let cpu = try #require(
      try GuestCPU(
        domainCapabilities: """
          <domainCapabilities><cpu><mode name='maximum' supported='yes'/>
          <mode name='host-model' supported='yes'><model fallback='forbid'>EPYC</model>
          <vendor>AMD</vendor><feature policy='require' name='erms'/>
          <feature policy='disable' name='vme'/></mode></cpu></domainCapabilities>
          """))
    #expect(cpu.model == "EPYC")
    #expect(
      cpu.description == """
        <cpu mode='custom' match='exact'>
          <model fallback='forbid'>EPYC</model>
          <vendor>AMD</vendor>
          <feature policy='require' name='erms'/>
          <feature policy='disable' name='vme'/>
        </cpu>

        """)
    #expect(
      try GuestCPU(
        domainCapabilities:
          "<domainCapabilities><cpu><mode name='host-model' supported='no'/></cpu></domainCapabilities>"
      ) == nil)
  }

  @Test func namesTraits() throws {
    let features = try GuestCPU.features(
      expanded: """
        <cpu><model>EPYC</model><feature policy='require' name='avx2'/>
        <feature policy='disable' name='sha-ni'/><feature policy='require' name='svm'/>
        <feature policy='require' name='nonsense'/></cpu>
        """)
    #expect(
      CPUTraits.names(of: features) == ["HW_CPU_X86_AMD_SVM", "HW_CPU_X86_AVX2", "HW_CPU_X86_SVM"])
    let traits = HostTraits.names(
      features: features, host: try HostCapabilities(xml: capabilities))
    #expect(traits == traits.sorted())
    for trait in ["HW_ARCH_X86_64", "HW_CPU_HYPERTHREADING", "COMPUTE_NODE", "HW_CPU_X86_AVX2"] {
      #expect(traits.contains(trait))
    }
  }
}
