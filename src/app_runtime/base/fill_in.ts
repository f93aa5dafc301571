/** Puts fields into a sentence: `{name}` stands for the field of that name, and "?" where there is none. */
export function fillIn(sentence: string, fields: Readonly<Record<string, string | number | boolean>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? "?"));
}
