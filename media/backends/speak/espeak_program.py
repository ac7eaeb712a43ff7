"""Say a text: espeak_program.py LIBRARY DATA VOICE WORDS_A_MINUTE, text on standard input, WAV on standard output.

A program of its own, with the standard library only, so that the library works in a process under limits.
"""

import ctypes
import sys
import wave

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_RATE = 1
_UTF_8 = 1
_CHARACTERS = 1


def main() -> None:
    library, data, voice, pace = sys.argv[1:5]
    text = sys.stdin.buffer.read()
    speech = ctypes.CDLL(library)
    rate = speech.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT)
    if rate <= 0:
        sys.exit("The voice data cannot be read.")
    said: list[bytes] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    def take(samples: int, count: int, _events: int) -> int:
        if samples and count > 0:
            said.append(ctypes.string_at(samples, 2 * count))
        return 0

    speech.espeak_SetSynthCallback(take)
    if speech.espeak_SetVoiceByName(voice.encode()):
        sys.exit(f"There is no voice {voice}.")
    speech.espeak_SetParameter(_RATE, int(pace), 0)
    size = ctypes.c_size_t(len(text) + 1)
    if speech.espeak_Synth(ctypes.c_char_p(text), size, 0, _CHARACTERS, 0, _UTF_8, None, None):
        sys.exit("The text cannot be spoken.")
    speech.espeak_Synchronize()
    with wave.open(sys.stdout.buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        # The length is written at once: a pipe cannot be gone back in.
        out.setnframes(sum(map(len, said)) // 2)
        out.writeframesraw(b"".join(said))


if __name__ == "__main__":
    main()
