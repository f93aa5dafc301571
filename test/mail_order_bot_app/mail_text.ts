/** A plain order mail from a known customer; every field can be replaced, `undefined` leaves it out. */
export function mailText(change: {
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}): string {
  const fields = {
    "Return-Path": "<emma.clarke@harbour-interiors.example>",
    Date: "Mon, 16 Nov 2026 08:12:44 +0000",
    From: "Emma Clarke <emma.clarke@harbour-interiors.example>",
    To: "orders@fjord-furniture.example",
    Subject: "Chairs",
    "Message-ID": "<chairs.1@mail.harbour-interiors.example>",
    ...change.fields,
  };
  const header = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [...header, "", change.body ?? "4 x CH-1001\n"].join("\n");
}
