// What the desk says, as media/views/desk_texts.py gives it in the language of the page.
import type { Words } from "./list.ts";
import type { State } from "./saver.ts";

export interface Texts extends Words {
  of: string;
  heard: string;
  confidence: string;
  states: Record<State, string>;
  found: string;
  mine: string;
  theirs: string;
  gone: string;
  keepMine: string;
  keepTheirs: string;
  oddLine: string;
  who: string;
  somebody: string;
  othersNow: string;
  othersAgo: string;
  closed: string;
  closedBy: string;
  keepAsDraft: string;
  left: string;
  takeLeft: string;
  dropLeft: string;
  tapNext: string;
  tapEnd: string;
  noMore: string;
  noTime: string;
  signIn: string;
}
