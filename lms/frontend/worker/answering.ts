// What the worker answers: pages, from the network first, and whatever lies beneath the address of kept lessons, from this
// phone. A page of somebody's own is never kept, so none is ever served old.
import { DatabaseLessons, type Lesson, type Lessons, type Part } from "../kept/lessons.ts";
import { answerWith } from "../kept/ranges.ts";
import { FRAME, OFFLINE, partOf, QUIZ, ROOT, SCREENING, screeningOf } from "../kept/words.ts";
import { chosen } from "../screening/chosen.ts";
import { ofFrame } from "./frame.ts";

/** A network that says nothing for so long is as good as none, for what lies on this phone. */
const SILENT_MS = 5000;
/** Pages on which staff work, and files: none of ours to answer. */
const LEFT_ALONE = /^\/(admin|desk|staff|studio|files|documents|static|verify)\//;
const QUIZ_PAGE = /^\/learn\/lessons\/(\d+)\/quiz\/$/;
const BAD_GATEWAY = 502;

export interface Asked {
  request: Request;
  preloadResponse?: Promise<Response | undefined>;
}

/** Whether the worker has a word in this. */
export function answers({ method, mode, url }: Request): boolean {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || LEFT_ALONE.test(pathname)) {
    return false;
  }
  return mode === "navigate" || (pathname.startsWith(ROOT) && pathname !== ROOT && !pathname.startsWith(FRAME));
}

export async function answerTo(asked: Asked): Promise<Response> {
  const { mode, url } = asked.request;
  const path = new URL(url).pathname;
  return mode === "navigate" ? page(asked, path) : part(asked.request, path);
}

/** The tables, where this phone still has them. */
async function withLessons<T>(work: (lessons: Lessons) => Promise<T>): Promise<T | undefined> {
  const lessons = await DatabaseLessons.open().catch(() => null);
  try {
    return lessons ? await work(lessons) : undefined;
  } catch {
    return undefined;
  } finally {
    lessons?.close();
  }
}

async function page(asked: Asked, path: string): Promise<Response> {
  const named = partOf(path);
  if (named) {
    // Asked for as kept: no byte of the network, even where there is one.
    return (await keptPage(named.name, ({ lesson }) => lesson === named.lesson)) ?? (await online(asked));
  }
  const screening = screeningOf(path);
  if (screening) {
    const here = async (): Promise<Response | undefined> => ((await chosen(screening).catch(() => undefined)) ? ofFrame(SCREENING) : undefined);
    return online(asked, here);
  }
  const quiz = QUIZ_PAGE.exec(path);
  const isThis = ({ lesson, page: address }: Lesson): boolean =>
    quiz ? lesson === Number(quiz[1]) : new URL(address, location.origin).pathname === path;
  const kept = (): Promise<Response | undefined> => (path === ROOT ? ofFrame() : keptPage(quiz ? QUIZ : "", isThis));
  return online(asked, kept);
}

/** From the network; else what is kept of it; else the page that says that there is no network. */
async function online({ request, preloadResponse }: Asked, kept?: () => Promise<Response | undefined>): Promise<Response> {
  const asking = (async () => (await preloadResponse) ?? fetch(request))().catch(() => undefined);
  const silence = new Promise<undefined>((resolve) => setTimeout(resolve, SILENT_MS));
  let response = kept ? await Promise.race([asking, silence]) : await asking;
  if (!response || response.status >= BAD_GATEWAY) {
    response = (await kept?.()) ?? response ?? (await asking);
  }
  return response ?? (await ofFrame(OFFLINE)) ?? Response.error();
}

/** A whole page of a lesson that is here. One whose days are over is shown, too: its page says so, and takes it away. */
function keptPage(name: string, isThis: (lesson: Lesson) => boolean): Promise<Response | undefined> {
  return withLessons(async (lessons) => {
    const found = (await lessons.all()).find((each) => each.whole && isThis(each));
    const kept = found && (await lessons.part(found.lesson, name));
    return kept && (await whole(lessons, kept));
  });
}

/** Read before the tables are closed. */
async function whole(lessons: Lessons, kept: Part): Promise<Response> {
  const bytes = await (await answerWith(lessons, kept, null)).arrayBuffer();
  return new Response(bytes, { headers: kept.headers });
}

/** Something that a kept page loads. */
async function part(request: Request, path: string): Promise<Response> {
  const named = partOf(path);
  const found = await (named ? ofLesson(named.lesson, named.name, request.headers.get("Range")) : ofFrame(path.slice(ROOT.length)));
  if (found) {
    return found;
  }
  const isFile = /\/(static\/.+)$/.exec(path);
  return isFile ? fetch(`/${isFile[1]}`) : new Response(null, { status: 404 });
}

async function ofLesson(lesson: number, name: string, range: string | null): Promise<Response | undefined> {
  const lessons = await DatabaseLessons.open().catch(() => null);
  const row = await lessons?.get(lesson).catch(() => undefined);
  const kept = await lessons?.part(lesson, name).catch(() => undefined);
  if (!lessons || !row || !kept) {
    lessons?.close();
    return undefined;
  }
  if (Date.now() >= row.until && !name.startsWith("static/")) {
    lessons.close();
    return new Response(null, { status: 410 });
  }
  // The tables stay open while it is read; whoever clears them away closes them (onversionchange).
  return answerWith(lessons, kept, range);
}
