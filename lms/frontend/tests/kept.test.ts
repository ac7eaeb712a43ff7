import assert from "node:assert/strict";
import test from "node:test";
import { Fetcher, type Fetching, type Offered, PIECE_BYTES } from "../kept/fetching.ts";
import { type Lesson, MemoryLessons } from "../kept/lessons.ts";
import { answerWith, portions, stretchOf } from "../kept/ranges.ts";
import { tidyUp } from "../kept/tidying.ts";
import { partOf } from "../kept/words.ts";

const SIZE = 2 * PIECE_BYTES + 1000;
const FILM = Uint8Array.from({ length: SIZE }, (_, place) => place % 251);
const OFFERED: Offered = {
  package: "p1",
  valid_seconds: 604_800,
  recording: "r1",
  title: "拍短视频",
  course: "开店",
  page: "/lesson/",
  mark: "me",
  size_bytes: SIZE,
  parts: [
    { name: "", address: "/page" },
    { name: "lesson.mp4", address: "/film" },
  ],
};
const never = new AbortController().signal;

function filmAnswer(range = ""): Response {
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(range) ?? [];
  return first === undefined ? new Response(FILM) : new Response(FILM.slice(Number(first), Number(last) + 1), { status: 206 });
}

function phone(change: Partial<Fetching> = {}, offered: Partial<Offered> = {}) {
  const lessons = new MemoryLessons();
  const asked: string[] = [];
  const progress: number[] = [];
  const waits: boolean[] = [];
  let packages = 0;
  const options: Fetching = {
    lessons,
    ask: async () => {
      packages += 1;
      return new Response(JSON.stringify({ ...OFFERED, package: `p${packages}`, ...offered }));
    },
    get: async (address, headers) => {
      asked.push(`${address} ${headers.Range ?? ""}`.trim());
      return address === "/film" ? filmAnswer(headers.Range) : new Response("<p>", { headers: { "content-type": "text/html", "x-other": "1" } });
    },
    now: () => 1_000,
    pause: async () => undefined,
    onProgress: (got) => progress.push(got),
    onWaiting: (each) => waits.push(each),
    ...change,
  };
  return { lessons, asked, progress, waits, options, fetcher: new Fetcher(7, options), packages: () => packages };
}

/** Where the film that is kept differs from the one that was sent; -1 where it does not. */
async function differsAt(lessons: MemoryLessons): Promise<number> {
  let at = 0;
  for await (const portion of portions(lessons, (await lessons.part(7, "lesson.mp4"))!, 0, SIZE - 1)) {
    const wrong = portion.findIndex((byte, place) => byte !== FILM[at + place]);
    if (wrong >= 0) {
      return at + wrong;
    }
    at += portion.length;
  }
  return at === SIZE ? -1 : at;
}

test("a lesson is fetched in pieces, and is whole at the end alone", async () => {
  const { lessons, fetcher, asked, progress } = phone();
  assert.deepEqual(await fetcher.run(never), { kind: "whole" });
  assert.deepEqual(asked, [
    "/page",
    `/film bytes=0-${PIECE_BYTES - 1}`,
    `/film bytes=${PIECE_BYTES}-${2 * PIECE_BYTES - 1}`,
    `/film bytes=${2 * PIECE_BYTES}-${SIZE - 1}`,
  ]);
  assert.deepEqual(progress, [0, PIECE_BYTES, 2 * PIECE_BYTES, SIZE]);
  const row = (await lessons.get(7)) as Lesson;
  assert.deepEqual([row.whole, row.until, row.package], [true, 1_000 + 604_800_000, "p1"]);
  assert.equal(await differsAt(lessons), -1);
  assert.deepEqual((await lessons.part(7, ""))?.headers, { "content-type": "text/html" });
});

test("after a lost connection the same piece is asked for again, and no other", async () => {
  let lost = 0;
  const { fetcher, asked, waits, packages, options } = phone();
  const get = options.get;
  options.get = async (address, headers, signal) => {
    if (headers.Range?.startsWith(`bytes=${PIECE_BYTES}-`) && lost < 2) {
      lost += 1;
      throw new TypeError("Failed to fetch");
    }
    return get(address, headers, signal);
  };
  assert.deepEqual(await fetcher.run(never), { kind: "whole" });
  assert.equal(asked.length, 4);
  assert.equal(packages(), 1);
  assert.deepEqual(waits, [true, true, false]);
});

test("a page that is closed leaves what has arrived, and the next one asks for the rest", async () => {
  const stopped = new AbortController();
  const { lessons, fetcher, asked, options } = phone();
  const get = options.get;
  options.get = async (address, headers, signal) => {
    if (headers.Range?.startsWith(`bytes=${PIECE_BYTES}-`)) {
      stopped.abort();
      throw new DOMException("", "AbortError");
    }
    return get(address, headers, signal);
  };
  assert.deepEqual(await fetcher.run(stopped.signal), { kind: "paused" });
  assert.deepEqual([(await lessons.get(7))?.whole, await lessons.pieces(7, "lesson.mp4")], [false, [0]]);
  asked.length = 0;
  assert.deepEqual(await new Fetcher(7, { ...options, get }).run(never), { kind: "whole" });
  assert.equal(asked.filter((each) => each.startsWith("/film")).length, 2);
  assert.equal(await differsAt(lessons), -1);
});

test("a piece that came short is not kept", async () => {
  let short = true;
  const { lessons, fetcher, options } = phone();
  const get = options.get;
  options.get = async (address, headers, signal) => {
    if (headers.Range && short) {
      short = false;
      return new Response(FILM.slice(0, 10), { status: 206 });
    }
    return get(address, headers, signal);
  };
  await fetcher.run(never);
  assert.equal(await differsAt(lessons), -1);
});

test("something on the way that sends all of it at once does no harm", async () => {
  const { lessons, fetcher, asked } = phone({
    get: async (address) => {
      asked.push(address);
      return address === "/film" ? filmAnswer() : new Response("<p>");
    },
  });
  assert.deepEqual(await fetcher.run(never), { kind: "whole" });
  assert.deepEqual(asked, ["/page", "/film"]);
  assert.equal(await differsAt(lessons), -1);
});

test("addresses that hold no more are asked for anew, and what is here stays", async () => {
  let isOld = true;
  const { fetcher, asked, packages, options } = phone();
  const get = options.get;
  options.get = async (address, headers, signal) => {
    if (headers.Range?.startsWith(`bytes=${PIECE_BYTES}-`) && isOld) {
      isOld = false;
      return new Response("", { status: 403 });
    }
    return get(address, headers, signal);
  };
  assert.deepEqual(await fetcher.run(never), { kind: "whole" });
  assert.equal(packages(), 2);
  assert.equal(asked.filter((each) => each.startsWith("/film bytes=0-")).length, 1);
});

test("an address that never holds is no reason to ask for ever", async () => {
  const { fetcher, packages } = phone({ get: async () => new Response("", { status: 404 }) });
  assert.deepEqual(await fetcher.run(never), { kind: "refused", text: "" });
  assert.equal(packages(), 3);
});

test("a full phone is left as it was", async () => {
  const { lessons, fetcher } = phone();
  const putPiece = lessons.putPiece.bind(lessons);
  lessons.putPiece = async (lesson, name, number, bytes) => {
    if (number === 1) {
      throw new DOMException("", "QuotaExceededError");
    }
    await putPiece(lesson, name, number, bytes);
  };
  assert.deepEqual(await fetcher.run(never), { kind: "full" });
  assert.deepEqual([lessons.lessons.size, lessons.parts.size, lessons.bytes.size], [0, 0, 0]);
});

test("a refusal is told in the server's words, a sign-in that ended by itself", async () => {
  const refused = phone({ ask: async () => new Response('{"error": "no_copy", "message": "没有"}', { status: 404 }) });
  assert.deepEqual(await refused.fetcher.run(never), { kind: "refused", text: "没有" });
  const out = phone({ ask: async () => new Response('{"error": "sign_in"}', { status: 401 }) });
  assert.deepEqual(await out.fetcher.run(never), { kind: "signed-out" });
});

test("a lesson that is renewed plays on meanwhile, and its film is not fetched again", async () => {
  const { lessons, fetcher, options, asked } = phone();
  await fetcher.run(never);
  asked.length = 0;
  const seen: (boolean | undefined)[] = [];
  const get = options.get;
  options.get = async (address, headers, signal) => {
    seen.push((await lessons.get(7))?.whole);
    return get(address, headers, signal);
  };
  await new Fetcher(7, { ...options, now: () => 5_000 }).run(never);
  assert.deepEqual(seen, [true]);
  assert.deepEqual(asked, ["/page"]);
  assert.deepEqual([(await lessons.get(7))?.package, (await lessons.get(7))?.until], ["p2", 604_805_000]);
});

test("another recording is another film", async () => {
  const { lessons, fetcher, options, asked } = phone();
  await fetcher.run(never);
  asked.length = 0;
  await new Fetcher(7, { ...options, ask: async () => new Response(JSON.stringify({ ...OFFERED, recording: "r2" })) }).run(never);
  assert.equal(asked.length, 4);
  assert.equal((await lessons.get(7))?.recording, "r2");
});

test("ranges are read as browsers write them", async () => {
  assert.deepEqual(stretchOf("bytes=0-", 100), [0, 99]);
  assert.deepEqual(stretchOf("bytes=10-19", 100), [10, 19]);
  assert.deepEqual(stretchOf("bytes=-5", 100), [95, 99]);
  assert.deepEqual(stretchOf("bytes=90-500", 100), [90, 99]);
  assert.deepEqual(stretchOf("bytes=100-", 100), undefined);
  assert.deepEqual(stretchOf("bytes=9-3", 100), undefined);
  assert.deepEqual([stretchOf(null, 100), stretchOf("bytes=-", 100), stretchOf("lines=1-2", 100)], [null, null, null]);
});

test("any stretch of a kept film is answered as a server would", async () => {
  const { lessons, fetcher } = phone();
  await fetcher.run(never);
  const part = (await lessons.part(7, "lesson.mp4"))!;
  const from = PIECE_BYTES - 3;
  const answer = await answerWith(lessons, part, `bytes=${from}-${from + 9}`);
  assert.deepEqual(
    [answer.status, answer.headers.get("Content-Range"), answer.headers.get("Content-Length"), answer.headers.get("Content-Type")],
    [206, `bytes ${from}-${from + 9}/${SIZE}`, "10", "video/mp4"],
  );
  assert.deepEqual([...new Uint8Array(await answer.arrayBuffer())], [...FILM.slice(from, from + 10)]);
  const all = await answerWith(lessons, part, null);
  assert.deepEqual([all.status, (await all.arrayBuffer()).byteLength], [200, SIZE]);
  assert.equal((await answerWith(lessons, part, `bytes=${SIZE}-`)).status, 416);
});

test("a film that lacks a piece fails instead of playing something else", async () => {
  const { lessons, fetcher } = phone();
  await fetcher.run(never);
  lessons.bytes.delete("7|lesson.mp4|1");
  const part = (await lessons.part(7, "lesson.mp4"))!;
  await assert.rejects((await answerWith(lessons, part, "bytes=0-")).arrayBuffer());
  assert.equal((await (await answerWith(lessons, part, "bytes=0-9")).arrayBuffer()).byteLength, 10);
});

test("what is over or withdrawn goes, what cannot be asked about stays", async () => {
  const { lessons } = phone();
  const row: Lesson = { ...OFFERED, lesson: 1, until: 500, size: SIZE, whole: true, blocks: 0, at: 0 };
  await lessons.put(row);
  await lessons.put({ ...row, lesson: 2, package: "p2", until: 5_000 });
  await lessons.put({ ...row, lesson: 3, package: "p3", until: 5_000 });
  const asked: string[][] = [];
  const left = await tidyUp({
    lessons,
    now: () => 500,
    ended: async (packages) => {
      asked.push(packages);
      return ["p3"];
    },
  });
  assert.deepEqual(asked, [["p2", "p3"]]);
  assert.deepEqual(left.map(({ lesson }) => lesson), [2]);
  assert.deepEqual([...lessons.lessons.keys()], [2]);
  const again = await tidyUp({ lessons, now: () => 500, ended: () => Promise.reject(new Error("no network")) });
  assert.deepEqual(again.map(({ lesson }) => lesson), [2]);
});

test("pages that play the same package get blocks of their own", async () => {
  const { lessons, fetcher } = phone();
  await fetcher.run(never);
  assert.deepEqual([await lessons.nextBlock(7), await lessons.nextBlock(7), await lessons.nextBlock(8)], [1, 2, 0]);
});

test("addresses of kept parts are told from all others", async () => {
  assert.deepEqual(partOf("/learn/kept/7/"), { lesson: 7, name: "" });
  assert.deepEqual(partOf("/learn/kept/7/static/chunks/a.js"), { lesson: 7, name: "static/chunks/a.js" });
  assert.deepEqual([partOf("/learn/kept/"), partOf("/learn/kept/static/a.js"), partOf("/learn/7/")], [null, null, null]);
});
