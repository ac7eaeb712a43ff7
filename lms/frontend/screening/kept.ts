// What a helper's phone writes down at a screening without network, until the server has it.
import { post } from "../http.ts";
import { Table } from "../table.ts";

/** `seconds` is how long the film ran by this phone's counting; the server says how much of that can be so. */
export interface Kept {
  code: string;
  address: string;
  seconds: number;
  names: [string, number][];
  closed: boolean;
  /** When this phone opened the doors, in ms by its clock, and whether the film has begun since then. */
  doors?: number;
  begun?: boolean;
  /** The film began with network: names alone wait. */
  named?: boolean;
}

export interface Answer {
  seconds: number;
  ticked: number;
  unclear: string[];
  refused: { name: string; text: string }[];
}

export type Outcome = { kind: "handed"; answer: Answer } | { kind: "sign-in" } | { kind: "refused"; text: string } | { kind: "wait" };

export const openKept = (): Promise<Table<Kept>> => Table.open<Kept>("screenings", "kept", "code");

/** Whether there is something that the server should hear. */
export const waits = (row: Kept): boolean => row.closed || (Boolean(row.named) && row.names.length > 0);

/** What is left of a row once these names are with the server. */
export function without(row: Kept, handed: Kept["names"]): Kept["names"] {
  return row.names.filter(([name]) => !handed.some(([known]) => known === name));
}

/** Hand one in. What the server has is forgotten here; what it refuses for good, too, once it has said why. */
export async function handIn(table: Pick<Table<Kept>, "remove" | "all" | "put">, row: Kept, send = post): Promise<Outcome> {
  let response: Response;
  const [seconds, names] = [row.named ? null : row.seconds, [...row.names]];
  try {
    response = await send(row.address, { seconds, names }, false, { "X-Requested-With": "XMLHttpRequest" }, 30);
  } catch {
    return { kind: "wait" };
  }
  if (response.ok) {
    const answer = (await response.json()) as Answer;
    // Somebody may have been written down meanwhile.
    const now = row.named ? (await table.all()).find((each) => each.code === row.code) : undefined;
    const left = now ? without(now, names) : [];
    await (now && left.length ? table.put({ ...now, names: left }) : table.remove(row.code));
    return { kind: "handed", answer };
  }
  if (response.status === 403 || response.status === 401) {
    return { kind: "sign-in" };
  }
  if (response.status === 409) {
    const said = (await response.json()) as { message?: string };
    await table.remove(row.code);
    return { kind: "refused", text: said.message ?? "" };
  }
  return { kind: "wait" };
}
