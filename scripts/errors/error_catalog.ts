/** An error of the project as its source declares it. */
export interface CatalogEntry {
  readonly code: string;
  readonly className: string;
  /** Path from the root of the project. */
  readonly file: string;
  /** The class's docstring, in one line; empty when it has none. */
  readonly meaning: string;
  /** What its constructor says, with `…` for what it fills in; absent when whoever throws it writes the message. */
  readonly message?: string;
  readonly failureClass: string;
}

export interface Catalog {
  /** By code. */
  readonly entries: readonly CatalogEntry[];
  /** Codes used twice, classes without a code or without a word of what they mean. */
  readonly problems: readonly string[];
}

const declaration =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?^(?:export )?(abstract )?class (\w+) extends (\w+)[^{]*\{([\s\S]*?)^\}/gm;

/** Reads every error class out of the sources: path → text. */
export function errorCatalog(sources: ReadonlyMap<string, string>): Catalog {
  const entries = [...sources].flatMap(([file, text]) => entriesOf(file, text));
  return {
    entries: entries.toSorted((a, b) => a.code.localeCompare(b.code)),
    problems: [...withoutCode(entries), ...withoutMeaning(entries), ...codesUsedTwice(entries)],
  };
}

function entriesOf(file: string, text: string): readonly CatalogEntry[] {
  return [...text.matchAll(declaration)]
    .filter(([, , isAbstract, , base]) => isAbstract === undefined && base?.endsWith("Error") && base !== "Error")
    .flatMap(([, doc, , className = "", , body = ""]) => {
      const message = messageIn(body);
      const entry = {
        className,
        file,
        meaning: oneLine(doc ?? ""),
        ...(message !== undefined && { message }),
        failureClass: /failureClass(?:: \w+)? = "(\w+)"/.exec(body)?.[1] ?? "transient",
      };
      return codesIn(body, text).map((code) => ({ ...entry, code }));
    });
}

/** One code, or the codes of a family: `code: SomeCode`, a union or the keys of a table in the same file. */
function codesIn(body: string, file: string): readonly string[] {
  const own = /readonly code = "(\w+)"/.exec(body)?.[1];
  if (own !== undefined) return [own];
  const family = /readonly code: (\w+);/.exec(body)?.[1];
  const type = new RegExp(`type ${family} =([^;]+);`).exec(file)?.[1] ?? "";
  const table = /keyof typeof (\w+)/.exec(type)?.[1];
  const rows = new RegExp(`const ${table} = \\{([^}]+)\\}`).exec(file)?.[1] ?? "";
  const codes = table === undefined ? type.matchAll(/"(\w+)"/g) : rows.matchAll(/^\s*(\w+):/gm);
  const found = [...codes].flatMap(([, code]) => code ?? []);
  return found.length === 0 ? [""] : found;
}

function messageIn(body: string): string | undefined {
  const start = /super\(\s*([`"])/.exec(body);
  if (start === null) return undefined;
  const quote = start[1];
  let message = "";
  for (let at = start.index + start[0].length; at < body.length && body[at] !== quote; at++) {
    if (quote === "`" && body.startsWith("${", at)) {
      at = endOfPlaceholder(body, at);
      message += "…";
    } else {
      if (body[at] === "\\") at++;
      message += body.startsWith("\\n", at - 1) ? " " : body[at];
    }
  }
  return message;
}

/** The index of the brace that closes the placeholder which opens at `start`. */
function endOfPlaceholder(body: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < body.length; at++) {
    if (body[at] === "{") depth++;
    if (body[at] === "}" && --depth === 0) return at;
  }
  return body.length;
}

function oneLine(doc: string): string {
  return doc
    .split("\n")
    .map((line) => line.trim().replace(/^\*\s?/, ""))
    .join(" ")
    .trim();
}

function withoutCode(entries: readonly CatalogEntry[]): readonly string[] {
  return entries
    .filter(({ code }) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))
    .map(({ className, file }) => `${className} in ${file} has no code in capitals: readonly code = "PLACE_WHAT".`);
}

function withoutMeaning(entries: readonly CatalogEntry[]): readonly string[] {
  return entries
    .filter(({ meaning, message }) => meaning === "" && message === undefined)
    .map(({ className, file }) => `${className} in ${file} says nowhere what it means: give it a docstring.`);
}

function codesUsedTwice(entries: readonly CatalogEntry[]): readonly string[] {
  const byCode = Map.groupBy(entries, ({ code }) => code);
  return [...byCode]
    .filter(([code, users]) => code !== "" && users.length > 1)
    .map(([code, users]) => `Code ${code} is used by ${users.map(({ className }) => className).join(" and ")}.`);
}
