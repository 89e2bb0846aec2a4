# SPDX-License-Identifier: Apache-2.0
"""What a program does with openstacksdk: find, make, wait, read, delete."""

import openstack

cloud = openstack.connect()

flavor = cloud.compute.find_flavor("tiny", ignore_missing=False)
image = cloud.image.find_image("greeter", ignore_missing=False)
network = cloud.network.find_network("flat", ignore_missing=False)
assert cloud.compute.find_server("sdk1") is None

key = cloud.compute.create_keypair(
    name="sdk-key", public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID7lMYhnjX9scJfO6s/q+d0j+kmlrdWxQZCZ56fx51vb"
)
server = cloud.compute.create_server(
    name="sdk1",
    flavor_id=flavor.id,
    image_id=image.id,
    networks=[{"uuid": network.id}],
    key_name=key.name,
    metadata={"colour": "green"},
    user_data="IyEvYmluL3NoCg==",
)
server = cloud.compute.wait_for_server(server, wait=90)
assert server.status == "ACTIVE", server
assert server.metadata == {"colour": "green"}, server.metadata
assert server.vm_state == "active" and server.power_state == 1, server

ports = list(cloud.network.ports(device_id=server.id))
assert [port.status for port in ports] == ["ACTIVE"], ports
assert server.addresses["flat"][0]["addr"] == ports[0].fixed_ips[0]["ip_address"]
console = cloud.compute.get_server_console_output(server)
assert "Hello from a guest of Roost." in console["output"], console
assert [s.name for s in cloud.compute.servers()] == ["sdk1"]
assert [h.state for h in cloud.compute.hypervisors(details=True)] == ["up"]

content = cloud.image.download_image(image).content
assert len(content) == 1 << 20, len(content)

cloud.compute.delete_server(server)
cloud.compute.wait_for_delete(server, wait=60)
cloud.compute.delete_keypair(key)
assert list(cloud.network.ports(device_id=server.id)) == []
print("done")
