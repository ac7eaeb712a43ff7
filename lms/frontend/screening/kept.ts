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
}

export interface Answer {
  seconds: number;
  ticked: number;
  unclear: string[];
  refused: { name: string; text: string }[];
}

export type Outcome = { kind: "handed"; answer: Answer } | { kind: "sign-in" } | { kind: "refused"; text: string } | { kind: "wait" };

export const openKept = (): Promise<Table<Kept>> => Table.open<Kept>("screenings", "kept", "code");

/** Hand one in. What the server has is forgotten here; what it refuses for good, too, once it has said why. */
export async function handIn(table: Pick<Table<Kept>, "remove">, row: Kept, send = post): Promise<Outcome> {
  let response: Response;
  try {
    response = await send(row.address, { seconds: row.seconds, names: row.names }, false, { "X-Requested-With": "XMLHttpRequest" }, 30);
  } catch {
    return { kind: "wait" };
  }
  if (response.ok) {
    const answer = (await response.json()) as Answer;
    await table.remove(row.code);
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
