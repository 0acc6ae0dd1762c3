"""A mail server that takes everything and keeps nothing, as fast as the protocol goes; it prints its port."""

import asyncio


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, to its end."""
    writer.write(b"220 bench ESMTP\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            while await reader.readline() != b".\r\n":
                pass
        writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
