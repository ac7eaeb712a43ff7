// Lessons that this phone has kept, in pieces: what was paid for once is not fetched again, and a film can be played from
// any place without being read whole. Nothing in this file needs a page: the service worker plays from the same tables.
//
// Its form changes by adding alone: a page and a worker of different versions read the same tables.
import { settle } from "../table.ts";

export interface Lesson {
  /** The page of the lesson. */
  lesson: number;
  title: string;
  course: string;
  /** Where the lesson's own page lies. */
  page: string;
  /** The right to play and to report. */
  package: string;
  /** Until when it may be played, in ms by this phone's clock: counted from the fetching, so that a wrong clock does no harm. */
  until: number;
  /** Stands for whoever fetched it. */
  mark: string;
  recording: string;
  /** The size of the film in bytes. */
  size: number;
  /** Whether all of it is here. */
  whole: boolean;
  /** How many pages have begun to play it; each numbers its reports in a block of its own. */
  blocks: number;
  /** When it was fetched, for the order. */
  at: number;
}

export interface Part {
  lesson: number;
  name: string;
  /** What the server said of it, to be said again. */
  headers: Record<string, string>;
  size: number;
  /** How long each piece is, but for the last. */
  piece: number;
}

export interface Lessons {
  all(): Promise<Lesson[]>;
  get(lesson: number): Promise<Lesson | undefined>;
  put(lesson: Lesson): Promise<void>;
  part(lesson: number, name: string): Promise<Part | undefined>;
  putPart(part: Part): Promise<void>;
  /** The numbers of the pieces that are here. */
  pieces(lesson: number, name: string): Promise<number[]>;
  piece(lesson: number, name: string, number: number): Promise<ArrayBuffer | undefined>;
  putPiece(lesson: number, name: string, number: number, bytes: ArrayBuffer): Promise<void>;
  /** One part with its pieces, or the whole lesson: all of it or nothing. */
  remove(lesson: number, name?: string): Promise<void>;
  /** The next block of numbers for the reports of a page that plays it. */
  nextBlock(lesson: number): Promise<number>;
}

export const DATABASE = "tianjian-lessons";
const LESSONS = "lessons";
const PARTS = "parts";
const PIECES = "pieces";

export function piecesOf({ size, piece }: Pick<Part, "size" | "piece">): number {
  return Math.max(1, Math.ceil(size / piece));
}

/** How many bytes of a part are here. */
export async function bytesHere(lessons: Lessons, lesson: number, name: string): Promise<number> {
  const part = await lessons.part(lesson, name);
  return part ? Math.min(part.size, part.piece * (await lessons.pieces(lesson, name)).length) : 0;
}

const inOrder = (lessons: Lesson[]): Lesson[] => lessons.sort((a, b) => b.at - a.at);
/** Every key that begins so: in IndexedDB a list lies behind every text. */
const beginning = (...key: (number | string)[]): IDBKeyRange => IDBKeyRange.bound(key, [...key, []]);

export class DatabaseLessons implements Lessons {
  private constructor(private readonly database: IDBDatabase) {
    // Whoever clears everything away does not wait for this page.
    database.onversionchange = () => database.close();
  }

  /** Fails where this phone keeps nothing. */
  static async open(): Promise<DatabaseLessons> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(LESSONS, { keyPath: "lesson" });
      request.result.createObjectStore(PARTS, { keyPath: ["lesson", "name"] });
      request.result.createObjectStore(PIECES);
    };
    return new DatabaseLessons(await settle(request));
  }

  close(): void {
    this.database.close();
  }

  private table(name: string): IDBObjectStore {
    return this.database.transaction(name, "readonly").objectStore(name);
  }

  /** Written once the disk has it: an early answer would count a piece that a full phone refuses afterwards. */
  private write(names: string[], work: (table: (name: string) => IDBObjectStore) => void): Promise<void> {
    const transaction = this.database.transaction(names, "readwrite");
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work((name) => transaction.objectStore(name));
    });
  }

  async all(): Promise<Lesson[]> {
    return inOrder((await settle(this.table(LESSONS).getAll())) as Lesson[]);
  }

  async get(lesson: number): Promise<Lesson | undefined> {
    return (await settle(this.table(LESSONS).get(lesson))) as Lesson | undefined;
  }

  put(lesson: Lesson): Promise<void> {
    return this.write([LESSONS], (table) => table(LESSONS).put(lesson));
  }

  async part(lesson: number, name: string): Promise<Part | undefined> {
    return (await settle(this.table(PARTS).get([lesson, name]))) as Part | undefined;
  }

  putPart(part: Part): Promise<void> {
    return this.write([PARTS], (table) => table(PARTS).put(part));
  }

  async pieces(lesson: number, name: string): Promise<number[]> {
    const keys = (await settle(this.table(PIECES).getAllKeys(beginning(lesson, name)))) as [number, string, number][];
    return keys.map(([, , number]) => number);
  }

  async piece(lesson: number, name: string, number: number): Promise<ArrayBuffer | undefined> {
    return (await settle(this.table(PIECES).get([lesson, name, number]))) as ArrayBuffer | undefined;
  }

  putPiece(lesson: number, name: string, number: number, bytes: ArrayBuffer): Promise<void> {
    return this.write([PIECES], (table) => table(PIECES).put(bytes, [lesson, name, number]));
  }

  remove(lesson: number, name?: string): Promise<void> {
    return this.write([LESSONS, PARTS, PIECES], (table) => {
      if (name === undefined) {
        table(LESSONS).delete(lesson);
      }
      const range = name === undefined ? beginning(lesson) : beginning(lesson, name);
      table(PARTS).delete(name === undefined ? range : [lesson, name]);
      table(PIECES).delete(range);
    });
  }

  async nextBlock(lesson: number): Promise<number> {
    let block = 0;
    await this.write([LESSONS], (table) => {
      const reading = table(LESSONS).get(lesson) as IDBRequest<Lesson | undefined>;
      reading.onsuccess = () => {
        if (reading.result) {
          block = reading.result.blocks + 1;
          table(LESSONS).put({ ...reading.result, blocks: block });
        }
      };
    });
    return block;
  }
}

/** Fails where this phone keeps nothing. */
export async function withLessons<T>(work: (lessons: Lessons) => Promise<T>): Promise<T> {
  const lessons = await DatabaseLessons.open();
  try {
    return await work(lessons);
  } finally {
    lessons.close();
  }
}

/** For tests of what stands on it. */
export class MemoryLessons implements Lessons {
  readonly lessons = new Map<number, Lesson>();
  readonly parts = new Map<string, Part>();
  readonly bytes = new Map<string, ArrayBuffer>();

  async all(): Promise<Lesson[]> {
    return inOrder([...this.lessons.values()]);
  }

  async get(lesson: number): Promise<Lesson | undefined> {
    return this.lessons.get(lesson);
  }

  async put(lesson: Lesson): Promise<void> {
    this.lessons.set(lesson.lesson, lesson);
  }

  async part(lesson: number, name: string): Promise<Part | undefined> {
    return this.parts.get(`${lesson}|${name}|`);
  }

  async putPart(part: Part): Promise<void> {
    this.parts.set(`${part.lesson}|${part.name}|`, part);
  }

  async pieces(lesson: number, name: string): Promise<number[]> {
    const prefix = `${lesson}|${name}|`;
    return [...this.bytes.keys()].filter((key) => key.startsWith(prefix)).map((key) => Number(key.slice(prefix.length)));
  }

  async piece(lesson: number, name: string, number: number): Promise<ArrayBuffer | undefined> {
    return this.bytes.get(`${lesson}|${name}|${number}`);
  }

  async putPiece(lesson: number, name: string, number: number, bytes: ArrayBuffer): Promise<void> {
    this.bytes.set(`${lesson}|${name}|${number}`, bytes);
  }

  async remove(lesson: number, name?: string): Promise<void> {
    const prefix = name === undefined ? `${lesson}|` : `${lesson}|${name}|`;
    if (name === undefined) {
      this.lessons.delete(lesson);
    }
    for (const table of [this.parts, this.bytes]) {
      [...table.keys()].filter((key) => key.startsWith(prefix)).forEach((key) => table.delete(key));
    }
  }

  async nextBlock(lesson: number): Promise<number> {
    const found = this.lessons.get(lesson);
    if (found) {
      this.lessons.set(lesson, { ...found, blocks: found.blocks + 1 });
    }
    return found ? found.blocks + 1 : 0;
  }
}
