import type { ConfigPlace, ConfigProblem } from "../contracts/config_provider.ts";

/** "platform.control.port". A segment that is no plain name is quoted, so that a path has one reading. */
export function joinPath(parent: string, segment: string): string {
  const written = /^[\w-]+$/.test(segment) ? segment : JSON.stringify(shorten(segment));
  return parent === "" ? written : `${parent}.${written}`;
}

/** "config/app.yaml:12:5". */
export function renderPlace(place: ConfigPlace): string {
  return [place.source, place.line, place.column].filter((part) => part !== undefined).join(":");
}

/** "config/app.yaml:12:5 sources.inbox.port: expected a port number from 0 to 65535, got "abc". Did you mean ...?" */
export function renderProblem(problem: ConfigProblem): string {
  const where = [problem.place === undefined ? "" : renderPlace(problem.place), problem.path].filter((s) => s !== "");
  const said = problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`;
  return where.length === 0 ? said : `${where.join(" ")}: ${said}`;
}

/** By file and line, as a person walks through them; what has no place comes last. */
export function sortProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const last = "\uffff";
  return [...problems].sort(
    (a, b) =>
      compare(a.place?.source ?? last, b.place?.source ?? last) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
      compare(a.path, b.path),
  );
}

/** Foreign text in our sentences stays short and on one line. */
export function shorten(text: string, limit = 60): string {
  const oneLine = text.replaceAll(/\s+/g, " ");
  return oneLine.length <= limit ? oneLine : `${oneLine.slice(0, limit - 1)}…`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
