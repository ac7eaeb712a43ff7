// The lesson page: plays, reports what was played, shows how far one has come. The contract of the requests stands in
// lms/docs/watch-reports.md; the page itself (lms/templates/courses/lesson_page.html) plays without any of this.
import { post } from "./http.ts";
import type { PresenceCheck, Progress } from "./player/check.ts";
import { Handover } from "./player/handover.ts";
import type { Report } from "./player/outbox.ts";
import { askedFor, clock, keepPlace, placeIn } from "./player/places.ts";
import { type Answer, type CheckDue, Reporter } from "./player/reporter.ts";
import { alone, ANSWER_SECONDS, send } from "./player/sending.ts";
import { type Addresses, Source } from "./player/source.ts";
import { openStore } from "./player/stores.ts";
import { counts, StretchCollector } from "./player/stretches.ts";
import { savesData, soundFirst } from "./player/thrift.ts";
import { Transcript } from "./player/transcript.ts";
import { keepLine, sharpen } from "./player/view.ts";

const REPORT_EVERY_MS = 15_000;
const RENEW_BEFORE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 60_000;
/** A page that is killed loses no more than it played in this time, and goes on before that. */
const NOTE_EVERY_MS = 2000;
/** Standing still for so long while it should play, a browser's own player has given up without saying so… */
const STALL_MS = 10_000;
/** … and hls.js, which makes several attempts of its own. */
const HLS_STALL_MS = 30_000;
const HOURS_PAUSES_MS = [0, 2_000, 5_000, 15_000];
/** Nothing of the picture so long after the press: the sound comes first. */
const PATIENCE_MS = 10_000;
/** Nearer to the end than this one starts from the front. */
const NEARLY_OVER_SECONDS = 8;

class LessonPlayer {
  private readonly video: HTMLVideoElement;
  private readonly status: HTMLElement;
  private readonly startButton: HTMLButtonElement;
  private readonly listenButton: HTMLButtonElement | null;
  private readonly keepLink: HTMLAnchorElement | null;
  private readonly lesson: number;
  private readonly signedIn: boolean;
  private readonly collector = new StretchCollector();
  private readonly source: Source;
  private readonly transcript: Transcript | null;
  private readonly keepLine: (isListening: boolean) => void;
  private addresses: Addresses;
  private listening = false;
  /** Between picture and sound: by the person, or once for her by the network. */
  private hasChosen = false;
  private begun = false;
  private session: string | null = null;
  /** Shown with the session's reports, so that the server need not look up the sign-in each time. */
  private token = "";
  private opening: Promise<void> | null = null;
  private asked = 0;
  private noted = 0;
  private reporter: Reporter | null = null;
  private handover: Handover | null = null;
  private check: Promise<PresenceCheck> | null = null;
  private failures = 0;
  private mending = false;
  private place: number;
  /** The second that the address of the page names. */
  private moment: number | null = null;
  /** Whether the person wants it to play; a stream that is loaded anew must not start by itself. */
  private wanted = false;
  private moved = { position: 0, at: 0, stalls: 0 };
  /** Something played while the page was hidden and did not count; said once the person looks again. */
  private unseen = false;
  /** Why nobody is signed in any more, where the server gives a reason. */
  private signedOut = "signedOut";
  /** Said where there is nothing else to say. */
  private notice: string | null = null;

  constructor(private readonly root: HTMLElement) {
    this.video = this.part("video");
    this.status = this.part("[data-status]");
    this.startButton = this.part("[data-play]");
    this.listenButton = root.querySelector("[data-listen]");
    this.lesson = Number(root.dataset.lesson);
    this.signedIn = "signedIn" in root.dataset;
    const { master = "", audio, storyboard, expires } = root.dataset;
    this.keepLink = root.querySelector("[data-keep]");
    this.addresses = {
      master,
      audio: audio ?? null,
      storyboard: storyboard ?? null,
      offline: this.keepLink?.href ?? null,
      expires_at: expires ?? null,
    };
    this.place = this.signedIn ? Number(root.dataset.resume ?? 0) : placeIn(this.lesson);
    this.openAt(askedFor(location.hash, this.seconds));
    this.source = new Source(
      this.video,
      { lost: () => void this.mend(), slow: () => void this.putSoundFirst("soundFirst"), unplayable: () => this.say("unplayable") },
      () => this.addresses.offline,
    );
    sharpen(this.video);
    this.keepLine = keepLine(root, this.video);
    // Phones seek with a thumb on the picture and pay for every byte.
    if (this.addresses.storyboard && !savesData() && matchMedia("(hover: hover) and (pointer: fine)").matches) {
      void import("./player/storyboard.ts").then((part) =>
        new part.Storyboard(this.video, this.part("[data-thumbnail]"), () => this.addresses.storyboard));
    }
    const list = document.querySelector<HTMLElement>("[data-transcript]");
    const report = document.querySelector<HTMLDetailsElement>("[data-caption-report]");
    // Few learners ever open it, and the plain form works as well.
    report?.addEventListener("toggle", () => void import("./player/captionreport.ts").then((part) => part.offerReports(report, this.video)), { once: true });
    this.transcript = list && new Transcript(list, (seconds) => this.playFrom(seconds));
    const field = document.querySelector<HTMLInputElement>("[data-transcript-search] input");
    const told = document.querySelector<HTMLElement>("[data-transcript-search] [role=status]");
    if (field && told) {
      this.transcript?.offerSearch(field, told);
    }
    this.transcript?.show(this.place);
    window.addEventListener("hashchange", () => {
      const asked = askedFor(location.hash, this.seconds);
      if (asked !== null) {
        this.openAt(asked);
        this.transcript?.show(asked);
        this.playFrom(asked);
      }
    });
    this.startButton.hidden = false;
    this.video.controls = false; // one large button instead, until it is pressed
    this.startButton.addEventListener("click", () => void this.start());
    if (this.listenButton && this.addresses.audio && this.source.streams) {
      this.listenButton.hidden = false;
      this.listenButton.addEventListener("click", () => void this.toggleListening());
    }
    root.querySelector("[data-picture]")?.addEventListener("click", () => void this.toggleListening());
    this.followVideo();
    this.followTrack();
    window.addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => this.followEyes());
    window.addEventListener("offline", () => this.say("offline"));
    window.addEventListener("online", () => {
      this.say(null);
      void this.reporter?.flush();
      if (this.mending) {
        void this.reload();
      } else if (this.source.isNative && this.standsStill(2000)) {
        void this.mend();
      }
    });
    window.setInterval(() => this.lookForStall(), 2000);
    window.setInterval(() => void this.everySoOften(), REPORT_EVERY_MS);
    window.setTimeout(() => this.source.prepare(), 3000);
    if (this.signedIn) {
      void this.openOutbox();
      if (document.querySelector("[data-when-done]:not([hidden])")) {
        void this.showHours();
      }
    }
  }

  private part<T extends Element>(selector: string): T {
    const found = this.root.querySelector<T>(selector);
    if (!found) {
      throw new Error(`The player lacks ${selector}`);
    }
    return found;
  }

  /** A sentence under the picture by the name of its data-text, or none. */
  private say(name: string | null, link?: string): void {
    const shown = name ?? this.notice;
    const text = shown ? (this.root.dataset[`text${shown.charAt(0).toUpperCase()}${shown.slice(1)}`] ?? shown) : "";
    this.status.textContent = text;
    this.status.hidden = !text;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = this.root.dataset.textSignIn ?? link;
      this.status.append(" ", anchor);
    }
  }

  // Playing

  private followVideo(): void {
    const { video, collector } = this;
    const sample = (): void => {
      if (this.counts) {
        this.sample();
      } else {
        collector.stop();
        this.unseen ||= this.signedIn && !video.paused;
      }
    };
    const stop = (): void => {
      // No last sample here: after a seek the position is already the new one.
      collector.stop();
    };
    video.addEventListener("play", () => {
      this.wanted = true;
      this.moved.at = performance.now();
      if (this.counts && !video.seeking) {
        this.sample(); // "playing" comes late on a busy phone, and this second may have begun before a pause
      }
      void this.begin();
    });
    video.addEventListener("playing", () => {
      this.failures = 0;
      this.say(null);
      sample();
    });
    video.addEventListener("timeupdate", () => {
      if (video.currentTime !== this.moved.position) {
        this.moved = { position: video.currentTime, at: performance.now(), stalls: 0 };
      }
      if (!video.paused && !video.seeking) {
        sample();
        this.note();
      }
      this.transcript?.follow(video.currentTime);
      if (!this.signedIn && video.currentTime > 1) {
        this.place = video.currentTime;
      }
    });
    video.addEventListener("ratechange", () => !video.paused && !video.seeking && sample());
    video.addEventListener("seeking", () => {
      this.notice = null; // whoever was told to go back does so
      stop();
    });
    video.addEventListener("waiting", () => navigator.onLine || this.say("offline"));
    video.addEventListener("pause", () => {
      this.wanted = false;
      if (!video.seeking) {
        sample();
      }
      collector.stop(video.seeking || !this.counts ? undefined : video.currentTime);
      void this.report();
    });
    video.addEventListener("ended", () => {
      collector.finish(video.duration);
      if (!this.signedIn) {
        this.place = 0;
      }
      void this.report();
    });
  }

  private get counts(): boolean {
    const { hiddenPlaying = "", soundOnly } = this.root.dataset;
    return counts(hiddenPlaying, document.hidden, this.listening || soundOnly !== undefined);
  }

  private sample(): void {
    this.collector.sample(this.video.currentTime, performance.now(), this.video.playbackRate);
  }

  /** The page was hidden, or is seen again. */
  private followEyes(): void {
    if (!document.hidden) {
      if (this.unseen) {
        this.unseen = false;
        this.notice = "hidden";
        this.say(null);
      }
      return;
    }
    if (!this.counts) {
      if (!this.video.paused && !this.video.seeking) {
        this.sample(); // up to this moment it was seen
      }
      this.collector.stop();
    }
    this.leave();
  }

  private followTrack(): void {
    const track = this.video.textTracks[0];
    const { transcript } = this;
    if (!track || !transcript?.empty) {
      return;
    }
    const element = this.video.querySelector("track");
    const fill = (): void => {
      if (track.cues && transcript.empty) {
        transcript.fill(track.cues);
        transcript.show(this.place);
      }
    };
    if (element?.readyState === HTMLTrackElement.LOADED) {
      fill(); // before this script was there
    } else {
      element?.addEventListener("load", fill);
    }
    if (track.mode === "disabled") {
      track.mode = "hidden";
    }
  }

  /** The large button, or a line of the transcript. */
  private async start(): Promise<void> {
    this.showControls();
    const reason = this.begun ? null : soundFirst();
    if (reason && (await this.putSoundFirst(reason))) {
      return;
    }
    window.setTimeout(() => this.wanted && this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA && void this.putSoundFirst("soundFirst"), PATIENCE_MS);
    if (!this.source.ready) {
      this.say("loading");
      await this.source.load(this.address, this.resumeAt, true).catch(() => this.mend());
    } else {
      await this.video.play().catch(() => undefined);
    }
  }

  private showControls(): void {
    this.startButton.hidden = true;
    this.video.controls = true;
  }

  /** The first time anything plays: go to the place reached, ask for the right to report. */
  private async begin(): Promise<void> {
    this.showControls();
    if (this.begun) {
      return;
    }
    this.begun = true;
    if (this.source.ready && this.resumeAt > 0 && this.video.currentTime < 1) {
      const go = (): void => void (this.video.currentTime = this.resumeAt);
      if (this.video.readyState > 0) {
        go();
      } else {
        this.video.addEventListener("loadedmetadata", go, { once: true });
      }
    }
    const { practiceUrl } = this.root.dataset;
    if (practiceUrl) {
      void import("./player/practice.ts").then((part) => new part.Practice(this.root, this.video, part.online(practiceUrl)), () => undefined);
    }
    if (this.signedIn) {
      await this.openSession();
    }
  }

  private get seconds(): number {
    return Number(this.root.dataset.seconds ?? 0);
  }

  /** A link to a moment goes before the place reached. Nothing counts by it: only what plays is reported. */
  private openAt(asked: number | null): void {
    if (asked !== null) {
      this.moment = asked;
      this.place = asked;
      const words = this.startButton.querySelector("span");
      if (words) {
        words.textContent = (this.root.dataset.textPlayFrom ?? "{time}").replace("{time}", clock(asked));
      }
    }
  }

  private get resumeAt(): number {
    const isOver = this.seconds && this.place > this.seconds - NEARLY_OVER_SECONDS;
    return isOver && this.place !== this.moment ? 0 : this.place;
  }

  private get address(): string {
    return (this.listening && this.addresses.audio) || this.addresses.master;
  }

  private playFrom(seconds: number): void {
    this.begun ||= !this.signedIn;
    this.place = seconds;
    if (this.video.readyState > 0) {
      this.video.currentTime = seconds;
    }
    void this.start();
  }

  /** Sound without the picture until the person asks for that; false where there is no such choice, or it was made. */
  private async putSoundFirst(reason: string): Promise<boolean> {
    const cannot = !this.addresses.audio || !this.source.streams || "soundOnly" in this.root.dataset;
    if (cannot || this.hasChosen || this.listening || this.mending || !navigator.onLine) {
      return false;
    }
    await this.toggleListening();
    this.notice = reason;
    this.say(null);
    this.offerPicture(true);
    return true;
  }

  /** One button for what can be changed: the picture in the place of "listen only", or the other way round. */
  private offerPicture(isOffered: boolean): void {
    const picture = this.root.querySelector<HTMLElement>("[data-picture]");
    if (picture && this.listenButton && picture.hidden === isOffered) {
      const had = document.activeElement;
      picture.hidden = !isOffered;
      this.listenButton.hidden = isOffered;
      if (had === picture || had === this.listenButton) {
        (isOffered ? picture : this.listenButton).focus();
      }
    }
  }

  private async toggleListening(): Promise<void> {
    this.hasChosen = true;
    this.notice = null;
    this.offerPicture(false);
    const playing = !this.video.paused || !this.begun;
    const position = this.moved.position ? this.video.currentTime : this.resumeAt;
    this.collector.stop();
    this.listening = !this.listening;
    this.root.classList.toggle("player-listening", this.listening);
    this.keepLine(this.listening);
    this.listenButton?.setAttribute("aria-pressed", String(this.listening));
    this.showControls();
    await this.source.load(this.address, position, playing).catch(() => this.mend());
  }

  private standsStill(milliseconds: number): boolean {
    const { video, moved } = this;
    const shouldMove = this.wanted && !video.paused && !video.ended && !this.mending;
    return shouldMove && performance.now() - moved.at > milliseconds;
  }

  private lookForStall(): void {
    const patience = this.source.isNative ? STALL_MS : HLS_STALL_MS;
    if (navigator.onLine && this.standsStill(Math.min(LONGEST_PAUSE_MS, patience * 2 ** this.moved.stalls))) {
      this.moved.stalls += 1;
      this.moved.at = performance.now();
      void this.mend();
    }
  }

  /** The stream broke: new addresses, then the same place again, with growing pauses. */
  private async mend(): Promise<void> {
    if (this.mending) {
      return;
    }
    this.mending = true;
    this.collector.stop();
    this.say(navigator.onLine ? "waiting" : "offline");
    const pause = this.failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** this.failures);
    this.failures += 1;
    window.setTimeout(() => void this.reload(), pause);
  }

  private async reload(): Promise<void> {
    const position = this.video.currentTime || this.resumeAt;
    const play = this.wanted;
    if (!navigator.onLine) {
      return; // "online" comes back here
    }
    this.mending = false;
    if (await this.renew()) {
      await this.source.load(this.address, position, play).catch(() => this.mend());
    }
  }

  /** Whether there are addresses to go on with; a refusal is said in the server's words. */
  private async renew(): Promise<boolean> {
    const { sessions, addresses, anyone } = this.urls;
    try {
      const response = this.session
        ? await post(addresses.replace("SESSION", this.session), {}, false, {}, ANSWER_SECONDS)
        : await post(this.signedIn ? sessions : anyone, { lesson: this.lesson }, false, {}, ANSWER_SECONDS);
      if (response.ok) {
        this.take(((await response.json()) as { addresses: Addresses }).addresses);
        return true;
      }
      if (response.status === 401) {
        await this.saySignedOut(response);
      } else if (response.status < 500 && response.status !== 429) {
        this.say(((await response.json()) as { message: string }).message);
      } else {
        void this.mend();
      }
    } catch {
      void this.mend();
    }
    return false;
  }

  private take(addresses: Addresses): void {
    this.addresses = addresses;
    if (this.keepLink && addresses.offline) {
      this.keepLink.href = addresses.offline;
    }
  }

  private get urls(): { sessions: string; addresses: string; anyone: string; reports: string } {
    const { sessionsUrl = "", addressesUrl = "", anyoneUrl = "", reportsUrl = "" } = this.root.dataset;
    return { sessions: sessionsUrl, addresses: addressesUrl, anyone: anyoneUrl, reports: reportsUrl };
  }

  // Reporting

  private async openOutbox(): Promise<void> {
    const handover = new Handover(this.root.dataset.workerUrl ?? "", (sent) => {
      sent.forEach(({ report, receipt }) => report.lesson === this.lesson && this.showReceipt(receipt));
      void this.reporter?.flush();
    });
    this.handover = handover;
    this.reporter = new Reporter(
      {
        lesson: this.lesson,
        store: await openStore(),
        send: (reports, leaving) => this.send(reports, leaving),
        alone,
        token: () => this.token,
        onReceipt: (receipt, report) => {
          handover.settle();
          if (report.lesson === this.lesson) {
            this.showReceipt(receipt);
          }
        },
        onState: (state) => {
          this.showKept(state === "sent");
          if (state === "signed-out") {
            this.say(this.signedOut, this.root.dataset.signInUrl);
          } else if (state === "waiting") {
            this.say("offline");
            handover.ask();
          } else if (!this.mending) {
            this.say(null);
          }
        },
        later: (callback, seconds) => void window.setTimeout(callback, seconds * 1000),
        now: () => Date.now(),
      },
      "",
    );
    await this.reporter.flush(); // what an earlier visit could not send
    if (!this.keptLine?.textContent && this.hasProgress) {
      this.showKept(true); // sent by that visit, or by the service worker since
    }
  }

  private openSession(): Promise<void> {
    this.opening ??= this.askForSession().finally(() => (this.opening = null));
    return this.opening;
  }

  private async askForSession(): Promise<void> {
    try {
      const response = await post(this.urls.sessions, { lesson: this.lesson }, false, {}, ANSWER_SECONDS);
      if (response.ok) {
        this.asked = 0;
        const opened = (await response.json()) as { session: string; token?: string; percent: number; addresses: Addresses; check_due?: CheckDue };
        this.session = opened.session;
        this.token = opened.token ?? "";
        this.reporter?.startSession(opened.session);
        this.take(opened.addresses);
        this.showPercent(opened.percent);
        this.ask(opened.check_due);
      } else if (response.status === 401) {
        await this.saySignedOut(response);
      } else {
        this.say("notRecorded");
        if (response.status >= 500 || response.status === 429) {
          this.askAgain();
        }
      }
    } catch {
      this.say("offline");
      this.askAgain();
    }
  }

  /** Nothing counts before the session is open, so that one does not wait for the next report. */
  private askAgain(): void {
    this.asked += 1;
    window.setTimeout(() => void (this.session ?? this.openSession()), Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** this.asked));
  }

  private note(): void {
    if (this.session && performance.now() - this.noted > NOTE_EVERY_MS) {
      this.noted = performance.now();
      void this.reporter?.note(this.collector.peek());
    }
  }

  private async everySoOften(): Promise<void> {
    if (this.begun && !this.video.paused) {
      await this.report();
    }
    const expires = this.addresses.expires_at ? Date.parse(this.addresses.expires_at) : Infinity;
    if (this.begun && Date.now() > expires - RENEW_BEFORE_MS && (await this.renew())) {
      this.collector.stop();
      await this.source.load(this.address, this.video.currentTime, !this.video.paused).catch(() => this.mend());
    }
  }

  private async report(): Promise<void> {
    if (!this.signedIn) {
      keepPlace(this.lesson, this.place);
      return;
    }
    if (!this.session) {
      await this.openSession();
    }
    if (this.session) {
      await this.reporter?.report(this.collector.take());
    }
  }

  private leave(): void {
    if (!this.begun) {
      return;
    }
    if (!this.signedIn) {
      keepPlace(this.lesson, this.place);
    } else if (this.session) {
      const played = this.collector.take();
      void this.reporter?.report(played, true);
      if (played.length) {
        this.handover?.ask(); // finds nothing left where the report is answered
      }
    }
  }

  /** Two accounts that have become one: the server says with which number to sign in. */
  private async saySignedOut(response: Response): Promise<void> {
    const told = (await response.json().catch(() => null)) as { error?: string; message?: string } | null;
    this.signedOut = (told?.error === "merged" && told.message) || "signedOut";
    this.say(this.signedOut, this.root.dataset.signInUrl);
  }

  private async send(reports: readonly Report[], leaving: boolean): Promise<Answer[]> {
    const { reports: address } = this.urls;
    const [report] = reports;
    if (leaving && report && !("keepalive" in Request.prototype)) {
      // An old WebView ends its requests with the page, but for this kind. Nobody hears the answer: it is sent again.
      const { session, number, stretches } = report;
      navigator.sendBeacon(address, new Blob([JSON.stringify({ session, number, stretches })], { type: "application/json" }));
      return [{ kind: "retry" }];
    }
    const isOurs = report?.session === this.session;
    const shown = (isOurs && this.token) || reports[reports.length - 1]?.token;
    const { answers, token } = await send(address, reports, shown, leaving);
    if (token && isOurs) {
      this.token = token; // the old one ran out, and the sign-in still holds
    }
    const [answer] = answers;
    if (answer?.kind === "signed-out") {
      this.signedOut = answer.message ?? "signedOut";
    }
    return answers;
  }

  // What one sees of it

  /** A question in between is due; few lessons ask any. */
  private ask(due: CheckDue | null | undefined): void {
    if (due) {
      this.check ??= import("./player/check.ts").then((part) =>
        new part.PresenceCheck(this.root, this.video, () => this.session, (progress) => this.showReceipt(progress)));
      this.check.then((check) => check.show(due.check)).catch(() => (this.check = null)); // the next receipt tries again
    }
  }

  private showReceipt(receipt: Progress): void {
    this.showPercent(receipt.percent);
    this.ask(receipt.check_due);
    const refused = receipt.refused.reduce((sum, { from, to }) => sum + to - from, 0);
    const note = document.querySelector<HTMLElement>("[data-refused]");
    if (note && refused) {
      note.hidden = false;
      const reason = note.querySelector<HTMLElement>("[data-refused-reason]");
      if (reason) {
        reason.textContent = receipt.refused[0]?.text ?? "";
      }
    }
    const done = document.querySelector<HTMLElement>("[data-when-done]");
    if (done && receipt.completed && done.hidden) {
      done.hidden = false;
      void this.showHours();
    }
  }

  /** What the finished lesson gave; hours are written down a moment after the lesson is done. */
  private async showHours(): Promise<void> {
    const line = document.querySelector<HTMLElement>("[data-credit]");
    const address = line?.dataset.credit;
    if (!line || !address) {
      return;
    }
    for (const pause of HOURS_PAUSES_MS) {
      await new Promise((resolve) => window.setTimeout(resolve, pause));
      try {
        const response = await fetch(address, { credentials: "same-origin" });
        const told = (await response.json()) as { text: string; settled: boolean };
        line.textContent = told.text;
        line.parentElement?.querySelector("[data-hours]")?.toggleAttribute("hidden", !told.text);
        if (told.settled) {
          return;
        }
      } catch {
        // No network: asked again after the next pause, and always to be read under "my hours".
      }
    }
  }

  /** Whether the server has it all, or some is kept on this phone until there is a network. */
  private get keptLine(): HTMLElement | null {
    return document.querySelector("[data-kept]");
  }

  private get hasProgress(): boolean {
    return Number(document.querySelector("[data-progress] [role=progressbar]")?.getAttribute("aria-valuenow") ?? 0) > 0;
  }

  private showKept(all: boolean): void {
    const line = this.keptLine;
    if (line) {
      line.textContent = (all ? line.dataset.textSaved : line.dataset.textKept) ?? "";
    }
  }

  private showPercent(percent: number): void {
    const bar = document.querySelector<HTMLElement>("[data-progress]");
    const words = (this.root.dataset.textWatched ?? "{percent}").replace("{percent}", String(percent));
    if (!bar) {
      return;
    }
    bar.hidden = false;
    const track = bar.querySelector<HTMLElement>("[role=progressbar]");
    track?.setAttribute("aria-valuenow", String(percent));
    track?.setAttribute("aria-label", words);
    track?.querySelector("rect")?.setAttribute("width", String(percent));
    const line = bar.querySelector<HTMLElement>(".progress-words");
    if (line) {
      line.textContent = words;
    }
  }
}

const root = document.querySelector<HTMLElement>("[data-player]");
if (root) {
  new LessonPlayer(root);
}
