// Bytes of a kept part, from any place, read piece by piece while they are asked for.
import type { Lessons, Part } from "./lessons.ts";

/** First and last byte of what a header asks for; null where all of it is wanted, undefined where that is not to be had. */
export function stretchOf(header: string | null, size: number): [number, number] | null | undefined {
  const asked = /^bytes=(\d*)-(\d*)$/.exec((header ?? "").trim());
  if (!asked || (!asked[1] && !asked[2])) {
    return null;
  }
  const first = asked[1] ? Number(asked[1]) : Math.max(0, size - Number(asked[2]));
  const last = asked[1] && asked[2] ? Math.min(Number(asked[2]), size - 1) : size - 1;
  return first <= last && first < size ? [first, last] : undefined;
}

/** The bytes from `first` to `last` in the order and the portions in which they lie here; fails where one is missing. */
export async function* portions(lessons: Lessons, part: Part, first: number, last: number): AsyncGenerator<Uint8Array> {
  for (let at = first; at <= last; ) {
    const number = Math.floor(at / part.piece);
    const bytes = await lessons.piece(part.lesson, part.name, number);
    const start = at - number * part.piece;
    const end = Math.min(part.piece, last + 1 - number * part.piece);
    if (!bytes || bytes.byteLength < end) {
      throw new Error(`Piece ${number} of ${part.name} is missing.`);
    }
    yield new Uint8Array(bytes, start, end - start);
    at = number * part.piece + end;
  }
}

/** The answer that a server would give. */
export async function answerWith(lessons: Lessons, part: Part, header: string | null): Promise<Response> {
  const { size } = part;
  const stretch = stretchOf(header, size);
  const headers = new Headers({ ...part.headers, "Accept-Ranges": "bytes" });
  if (stretch === undefined) {
    headers.set("Content-Range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const [first, last] = stretch ?? [0, size - 1];
  headers.set("Content-Length", String(last - first + 1));
  if (stretch) {
    headers.set("Content-Range", `bytes ${first}-${last}/${size}`);
  }
  const source = portions(lessons, part, first, last);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await source.next();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
    async cancel() {
      await source.return(undefined);
    },
  });
  return new Response(body, { status: stretch ? 206 : 200, headers });
}
