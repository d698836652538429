"""TLS of asyncio alone, for the row about handshakes: `asyncio_tls.py CERTIFICATE KEY` prints its port."""

import asyncio
import ssl
import sys


async def main() -> None:
    """Accept connections, and do nothing with them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:])
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
    print(f"port:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
