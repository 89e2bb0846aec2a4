// SPDX-License-Identifier: Apache-2.0

/// The configuration of the two programs.
extension LocalCloud {
  var controllerConfiguration: String {
    """
    state_folder: \(folder)/controller
    log_level: debug
    api:
      address: \(apiURL.dropFirst("http://".count))
    wire:
      address: \(wireAddress)
      certificate: \(folder)/controller.crt
      key: \(folder)/controller.key
      ca: \(folder)/ca.crt
      issuer: \(folder)/issuer.crt
      issuer_key: \(folder)/issuer.key
      certificate_lifetime: 60s
      lease: 3s
    placement:
      initial_cpu_allocation_ratio: 256
      initial_disk_allocation_ratio: 256

    """
  }

  var agentConfiguration: String {
    """
    controller:
      address: \(wireAddress)
      certificate: \(folder)/node.crt
      key: \(folder)/node.key
      ca: \(folder)/ca.crt
    libvirt:
      uri: \(hypervisor.uri)
      virtualization: qemu
    state_folder: \(folder)/agent
    host_name: node1
    physical_networks:
      physnet0:
        bridge: br-roost0
        create: true
      physnet1:
        bridge: br-roost1
        create: true
    network_namespace: \(hypervisor.namespace)
    log_level: debug

    """
  }
}
