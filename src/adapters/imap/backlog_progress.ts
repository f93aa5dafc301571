import type { Clock } from "../../app_runtime/base/clock.ts";
import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { ImapFactReporter } from "./imap_facts.ts";

/** Fewer mails are worked off before anybody reads a line about them. */
const longBacklog = 200;

/** With fewer left it counts as worked off: where mail keeps coming, it may never be none. */
const shortBacklog = 20;

/** Said at each of so many steps of the way, and when nothing was said for a minute. */
const steps = 10;
const longestSilenceMs = 60_000;

/** The rate is that of the last half minute. */
const sampleEveryMs = 1_000;
const maxSamples = 30;

/** Mails on their way and mails that have ended, at this moment. */
export interface BacklogCounts {
  /** Found in the folder or in hand. */
  readonly waiting: number;
  /** Done or dead since the start of the run. */
  readonly ended: number;
}

/** How far a long backlog is worked off. */
export interface BacklogView {
  readonly done: number;
  readonly total: number;
  /** Mails per second. */
  readonly rate: number;
  /** Milliseconds; absent while nothing moves. */
  readonly leftMs?: number;
}

interface Sample {
  readonly at: number;
  readonly ended: number;
}

interface Episode {
  readonly startedAt: number;
  readonly endedBefore: number;
  readonly samples: Sample[];
  saidStep: number;
  saidAt: number;
}

/** Watches a long backlog being worked off, and says at a sensible pace how far it is. */
export class BacklogProgress {
  readonly #clock: Clock;
  readonly #facts: ImapFactReporter;
  readonly #counts: () => BacklogCounts;
  #episode: Episode | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly facts: ImapFactReporter;
    readonly counts: () => BacklogCounts;
  }) {
    this.#clock = parts.clock;
    this.#facts = parts.facts;
    this.#counts = parts.counts;
  }

  /** Undefined while there is no long backlog. */
  get view(): BacklogView | undefined {
    return this.#episode && viewOf(this.#episode, this.#counts(), this.#clock.now());
  }

  /** To be called when mails have ended, and when none are left to read. */
  update(): void {
    const counts = this.#counts();
    if (this.#episode === undefined) this.#begin(counts);
    else if (counts.waiting < shortBacklog) this.#end(this.#episode, counts);
    else this.#goOn(this.#episode, counts);
  }

  #begin({ waiting, ended }: BacklogCounts): void {
    if (waiting < longBacklog) return;
    const now = this.#clock.now();
    this.#episode = {
      startedAt: now,
      endedBefore: ended,
      samples: [{ at: now, ended }],
      saidStep: 0,
      saidAt: now,
    };
    this.#facts.report("imap_backlog_long", { mails: waiting });
  }

  #goOn(episode: Episode, counts: BacklogCounts): void {
    const now = this.#clock.now();
    const { samples } = episode;
    if (now - (samples.at(-1)?.at ?? 0) >= sampleEveryMs) samples.push({ at: now, ended: counts.ended });
    if (samples.length > maxSamples) samples.shift();

    const view = viewOf(episode, counts, now);
    const step = Math.floor((view.done / view.total) * steps);
    if (step <= episode.saidStep && now - episode.saidAt < longestSilenceMs) return;
    episode.saidStep = Math.max(step, episode.saidStep);
    episode.saidAt = now;
    this.#facts.report("imap_backlog_progress", { done: view.done, total: view.total, pace: paceOf(view) });
  }

  #end({ startedAt, endedBefore }: Episode, { ended }: BacklogCounts): void {
    this.#episode = undefined;
    const took = inWords(this.#clock.now() - startedAt);
    this.#facts.report("imap_backlog_worked_off", { mails: ended - endedBefore, took });
  }
}

function viewOf({ endedBefore, samples }: Episode, { waiting, ended }: BacklogCounts, now: number): BacklogView {
  const [oldest] = samples;
  const done = ended - endedBefore;
  const pastMs = now - (oldest?.at ?? now);
  const rate = pastMs === 0 ? 0 : ((ended - (oldest?.ended ?? ended)) / pastMs) * 1000;
  const rounded = rate >= 10 ? Math.round(rate) : Math.round(rate * 100) / 100;
  const left = rate > 0 ? { leftMs: Math.round((waiting / rate) * 1000) } : {};
  return { done, total: done + waiting, rate: rounded, ...left };
}

function paceOf({ rate, leftMs }: BacklogView): string {
  return leftMs === undefined ? "nothing moves at the moment" : `${rate} mails/s, about ${inWords(leftMs)} left`;
}

/** To the second, the minute or the hour: nobody needs it finer. */
function inWords(ms: number): string {
  const grain = ms < 120_000 ? 1_000 : ms < 7_200_000 ? 60_000 : 3_600_000;
  return formatDuration(Math.max(1, Math.round(ms / grain)) * grain);
}
