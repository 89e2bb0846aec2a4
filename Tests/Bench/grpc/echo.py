# SPDX-License-Identifier: Apache-2.0
"""Python's side of `roost-bench wire`: an echo by grpcio over mutual TLS, one event loop at each end.

Usage: docs/benchmarks.md, "Echo programs".
"""

import asyncio
import itertools
import sys
import time

import grpc

from echo_pb2 import Message

METHOD = "/roost.bench.Echo/Say"


def read(folder, name):
    with open(f"{folder}/{name}", "rb") as file:
        return file.read()


async def say(request, _context):
    return Message(payload=request.payload)


async def serve(folder):
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        say, request_deserializer=Message.FromString, response_serializer=Message.SerializeToString
    )
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("roost.bench.Echo", {"Say": handler})]
    )
    credentials = grpc.ssl_server_credentials(
        [(read(folder, "controller.key"), read(folder, "controller.crt"))],
        root_certificates=read(folder, "ca.crt"),
        require_client_auth=True,
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    print(f"127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


async def make_calls(method, count, at_once):
    request = Message(payload=b"x" * 200)
    numbers = itertools.count()

    async def one_after_another():
        while next(numbers) < count:
            reply = await method(request, timeout=10)
            assert reply.payload == request.payload, "a reply is not the request"

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))


async def call(folder, address, server, count, at_once):
    credentials = grpc.ssl_channel_credentials(
        read(folder, "ca.crt"), read(folder, "node.key"), read(folder, "node.crt")
    )
    # The clock of another process's CPU time, as clock_getcpuclockid(3) makes it.
    clock = ~server << 3 | 2
    async with grpc.aio.secure_channel(address, credentials) as channel:
        method = channel.unary_unary(
            METHOD,
            request_serializer=Message.SerializeToString,
            response_deserializer=Message.FromString,
        )
        await make_calls(method, count // 10 + 1, at_once)
        ours, theirs = time.process_time_ns(), time.clock_gettime_ns(clock)
        await make_calls(method, count, at_once)
        print(time.process_time_ns() - ours, time.clock_gettime_ns(clock) - theirs, flush=True)


match sys.argv[1:]:
    case ["serve", folder]:
        asyncio.run(serve(folder))
    case ["call", folder, address, server, count, at_once]:
        asyncio.run(call(folder, address, int(server), int(count), int(at_once)))
    case _:
        sys.exit("usage: serve FOLDER | call FOLDER ADDRESS SERVER CALLS AT_ONCE")
