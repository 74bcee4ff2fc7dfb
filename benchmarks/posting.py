"""The reference for webhooks: a bare aiohttp loop that POSTs one body over and over, and prints its CPU seconds."""

import asyncio
import json
import sys
import time

import aiohttp
import uvloop

CLIENTS = 32


async def post_all(url: str, body: bytes, times: int) -> float:
    """The CPU seconds that so many POSTs took."""
    left = iter(range(times))
    headers = {"Content-Type": "application/json; charset=utf-8"}

    async def client(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=body, headers=headers) as response:
                await response.read()
                if response.status != 200:
                    raise RuntimeError(f"the receiver answered {response.status}")

    async with aiohttp.ClientSession() as session:
        used = time.process_time()
        await asyncio.gather(*(client(session) for _ in range(CLIENTS)))
        return time.process_time() - used


if __name__ == "__main__":
    seconds = uvloop.run(post_all(sys.argv[1], sys.stdin.buffer.read(), int(sys.argv[2])))
    json.dump({"cpu_seconds": seconds}, sys.stdout)
