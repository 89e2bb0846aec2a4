#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent made from docs/wire.md and node.proto alone, whose guests are entries in a dictionary.

agent.py HOST:PORT CERTIFICATE KEY CA HOST-NAME NODE-PROTO-FOLDER
"""

import asyncio
import ssl
import struct
import subprocess
import sys
import tempfile
import uuid

OPEN, DATA, STATUS, RESET, PING, GO_AWAY, WINDOW = range(1, 8)
END_OF_MESSAGE, END_OF_MESSAGES, REPLY = 1, 2, 1
PREFACE = b"ROOST\0\1\0" + bytes([9]) + b"python/1 " + bytes([0])


class Wire:
    def __init__(self, reader, writer, serve):
        self.reader, self.writer, self.serve = reader, writer, serve
        self.next, self.window, self.opened = 1, None, asyncio.Event()
        self.calls, self.served, self.tasks = {}, {}, set()

    def frame(self, kind, flags, stream, payload=b""):
        self.writer.write(struct.pack(">IBBI", len(payload), kind, flags, stream) + payload)

    def data(self, stream, message, flags):
        self.window -= len(message.SerializeToString())
        assert self.window > 0, "a message would have to wait for the connection's window"
        self.frame(DATA, flags, stream, message.SerializeToString())

    async def call(self, method, request, reply, seconds=5):
        await self.opened.wait()
        stream, self.next = self.next, self.next + 2
        self.calls[stream] = (asyncio.get_running_loop().create_future(), bytearray())
        name = b"roost.node.v1.Controller/" + method.encode()
        self.frame(OPEN, 0, stream, struct.pack(">IB", seconds * 1000, len(name)) + name)
        self.data(stream, request, END_OF_MESSAGE | END_OF_MESSAGES)
        return reply.FromString(await asyncio.wait_for(self.calls[stream][0], seconds))

    async def answer(self, stream, method, message):
        try:
            for reply in self.serve(method.removeprefix("roost.node.v1.Agent/"), message):
                self.data(stream, reply, END_OF_MESSAGE)
            self.frame(STATUS, 0, stream, b"\0\0\0\0")
        except KeyError as error:
            text = str(error).encode()
            self.frame(STATUS, 0, stream, b"\5" + struct.pack(">H", len(text)) + text + b"\0")

    async def run(self):
        self.writer.write(PREFACE)
        head = await self.reader.readexactly(9)
        assert head[:7] == PREFACE[:7], head
        await self.reader.readexactly(head[8])
        limits = await self.reader.readexactly((await self.reader.readexactly(1))[0] * 5)
        limits = dict(struct.iter_unpack(">BI", limits))
        self.window = limits.get(4, 8 << 20)
        self.opened.set()
        while True:
            length, kind, flags, stream = struct.unpack(">IBBI", await self.reader.readexactly(10))
            payload = await self.reader.readexactly(length)
            if kind == OPEN:
                self.served[stream] = (payload[5 : 5 + payload[4]].decode(), bytearray())
            elif kind == DATA:
                calls = self.calls if stream in self.calls else self.served
                if stream in calls:
                    calls[stream][1].extend(payload)
                if payload:
                    for opened in (0, stream):
                        self.frame(WINDOW, 0, opened, struct.pack(">I", length))
                if flags & END_OF_MESSAGES and stream in self.served:
                    answer = self.answer(stream, *self.served.pop(stream))
                    self.tasks.add(asyncio.create_task(answer))
            elif kind in (STATUS, RESET) and stream in self.calls:
                future, reply = self.calls.pop(stream)
                text = payload[3 : 3 + struct.unpack(">H", payload[1:3])[0]].decode()
                if payload[0] == 0:
                    future.set_result(bytes(reply))
                else:
                    future.set_exception(RuntimeError(f"status {payload[0]}: {text}"))
            elif kind == PING and not flags & REPLY:
                self.frame(PING, REPLY, 0, payload)
            elif kind == WINDOW and stream == 0:
                self.window += struct.unpack(">I", payload)[0]
            elif kind == GO_AWAY:
                sys.exit("the controller closes: " + payload[7:].decode(errors="replace"))


class Agent:
    def __init__(self):
        self.guests, self.news = {}, asyncio.Queue()

    def serve(self, method, message):
        """Yields the replies to one call of the controller."""
        if method == "Apply":
            for desired in node.ApplyRequest.FromString(message).desired:
                print("told", desired.spec.name or "-", desired.target, flush=True)
                self.guests[desired.instance_id] = desired
                self.news.put_nowait(desired)
            yield node.ApplyReply()
        elif method == "ConsoleLog":
            guest = self.guests[node.ConsoleLogRequest.FromString(message).instance_id]
            yield node.ConsoleLogReply(output=b"Python runs " + guest.spec.name.encode())
        elif method == "Survey":
            for key, guest in self.guests.items():
                held = node.Held(instance_id=key, generation=guest.generation, target=guest.target)
                domain = node.SurveyReply.Domain(
                    instance_id=key, name="python", power_state=1, generation=guest.generation)
                taps = [
                    node.SurveyReply.Tap(name=f"tap{uuid.UUID(bytes=port.id)}"[:14], port_id=port.id)
                    for port in guest.spec.ports]
                disk = node.SurveyReply.Disk(instance_id=key, path="/nowhere")
                yield node.SurveyReply(domains=[domain], taps=taps, disks=[disk], journal=[held])
        else:
            raise KeyError(method)

    async def report(self, wire):
        while True:
            desired = await self.news.get()
            gone = desired.target == node.Desired.ABSENT
            seen = node.Observation(
                instance_id=desired.instance_id, generation=desired.generation,
                phase=node.Observation.GONE if gone else node.Observation.SETTLED,
                power_state=0 if gone else 1, domain_name="python")
            await wire.call("Report", node.ReportRequest(observations=[seen]), node.ReportReply)
            if gone:
                del self.guests[desired.instance_id]

    async def live(self, wire, name):
        inventory = node.Inventory(
            cpus=4, memory_mb=65536, disk_gb=1000, hypervisor_type="QEMU",
            virtualization="qemu", physical_networks=["physnet0", "physnet1"])
        request = node.RegisterRequest(host_name=name, agent_version="1", inventory=inventory)
        lease = (await wire.call("Register", request, node.RegisterReply)).lease_ms
        print("registered", flush=True)
        reporting = asyncio.create_task(self.report(wire))
        for beat in range(1, sys.maxsize):
            await asyncio.wait([reporting], timeout=lease / 3000)
            await wire.call("Heartbeat", node.HeartbeatRequest(sequence=beat), node.HeartbeatReply)


async def main(address, certificate, key, authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # Whom the certificate names is in its URI.
    context.load_verify_locations(authority)
    context.load_cert_chain(certificate, key)
    host, port = address.rsplit(":", 1)
    agent = Agent()
    reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
    names = writer.get_extra_info("peercert")["subjectAltName"]
    assert ("URI", "urn:roost:controller") in names, names
    wire = Wire(reader, writer, agent.serve)
    await asyncio.gather(wire.run(), agent.live(wire, name))


with tempfile.TemporaryDirectory() as folder:
    subprocess.run(
        ["protoc", "--python_out", folder, "-I", sys.argv[6], "node.proto"], check=True)
    sys.path.insert(0, folder)
    import node_pb2 as node
    asyncio.run(main(*sys.argv[1:6]))
