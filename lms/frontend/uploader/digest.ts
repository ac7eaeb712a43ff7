// The SHA-256 of a file, read in pieces: a film is larger than a phone's memory, and Web Crypto takes only a whole.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const PIECE = 4 << 20;

export async function digestOf(file: Blob): Promise<string> {
  const digest = sha256.create();
  for (let at = 0; at < file.size; at += PIECE) {
    digest.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
  }
  return bytesToHex(digest.digest());
}
